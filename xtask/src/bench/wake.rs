//! `wake`: the first request after the host's worker was killed, against the same request to one that
//! lives.

use anyhow::Result;

use super::{Figure, stand::Stand};

const RUNS: usize = 10;

const FETCH: &str = "(async () => {
    const begin = performance.now();
    const answer = await fetch('/1k', {cache: 'no-store'});
    const text = await answer.text();
    if (answer.status !== 200) throw new Error(`status ${answer.status}: ${text}`);
    return performance.now() - begin;
})()";

/// In milliseconds.
pub async fn measure(stand: &Stand) -> Result<Vec<Figure>> {
    let view = stand.view(&stand.with).await?;
    let (mut values, mut baselines) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        baselines.push(view.eval::<f64>(FETCH).await?);
        stand.host.browser()?.stop_worker("background.js").await?;
        values.push(view.eval::<f64>(FETCH).await?);
    }
    view.page.close().await?;
    Ok(vec![Figure::new("wake", "ms", &values, &baselines)])
}

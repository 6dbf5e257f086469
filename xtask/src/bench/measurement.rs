//! The results of a benchmark.

use serde::Serialize;

/// One measurement and what it is measured against.
#[derive(Debug, Clone, Serialize)]
pub struct Measurement {
    /// Its name; variants follow after a dot.
    pub name: String,
    /// The median.
    pub value: f64,
    pub unit: &'static str,
    /// The baseline's median.
    pub baseline: f64,
    /// `value / baseline`.
    pub ratio: f64,
    /// How many runs the medians are of.
    pub runs: usize,
}

impl Measurement {
    /// The medians of these, in this unit.
    pub fn new(
        name: impl Into<String>,
        unit: &'static str,
        values: &[f64],
        baselines: &[f64],
    ) -> Self {
        let (value, baseline) = (median(values), median(baselines));
        let runs = values.len();
        Self {
            name: name.into(),
            value,
            unit,
            baseline,
            ratio: value / baseline,
            runs,
        }
    }
}

/// The middle value; of an even number, the mean of the middle two.
fn median(values: &[f64]) -> f64 {
    quantile(values, 0.5)
}

/// The value below which this part of the values lies, interpolated.
pub fn quantile(values: &[f64], part: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let place = part * (sorted.len().saturating_sub(1)) as f64;
    let at = |index: f64| sorted.get(index as usize).copied().unwrap_or(f64::NAN);
    let (low, high) = (at(place.floor()), at(place.ceil()));
    low + (high - low) * place.fract()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_interpolated() {
        assert_eq!(median(&[3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(&[4.0, 1.0]), 2.5);
        assert_eq!(quantile(&[0.0, 10.0], 0.95), 9.5);
        assert!(median(&[]).is_nan());
    }
}

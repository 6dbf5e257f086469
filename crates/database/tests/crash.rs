//! A process that is killed in the middle of writing: what it committed is there, and nothing else.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use database::rusqlite::Connection;
use database::{Database, Limits};
use serde_json::json;
use support::random;

/// Tells the writing process its file.
const FILE: &str = "DATABASE_CRASH_FILE";

fn open(file: &std::path::Path) -> Database {
    let connection = Connection::open(file).unwrap();
    connection
        .pragma_update(None, "journal_mode", "wal")
        .unwrap();
    Database::open(connection, Limits::default(), || false).unwrap()
}

/// The process that is killed. Run as a test without its file it has nothing to do.
#[test]
fn the_writer() {
    let Some(file) = std::env::var_os(FILE) else {
        return;
    };
    let database = open(file.as_ref());
    let pairs = database.collection("pairs").unwrap();
    let mut random = random();
    for number in 0.. {
        database.begin().unwrap();
        for half in ["first", "second"] {
            pairs.insert(&json!({ "id": format!("{number}-{half}"), "number": number, "text": "x".repeat(5_000) }), &mut random).unwrap();
        }
        if number % 5 == 4 {
            pairs
                .update(&json!({}), &json!({ "$inc": { "updated": 1 } }))
                .unwrap();
        }
        database.commit().unwrap();
        let mut out = std::io::stdout().lock();
        writeln!(out, "committed {number}").unwrap();
        out.flush().unwrap();
    }
}

#[test]
fn what_was_committed_survives_a_kill_and_nothing_is_half_there() {
    for commits in [1, 7, 20] {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("site.sqlite");
        let mut writer = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "the_writer", "--nocapture"])
            .env(FILE, &file)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut last = None;
        let lines = BufReader::new(writer.stdout.take().unwrap()).lines();
        for line in lines
            .map_while(Result::ok)
            .filter(|line| line.contains("committed "))
            .take(commits)
        {
            last = line.rsplit(' ').next().unwrap().parse::<u64>().ok();
        }
        // SIGKILL.
        writer.kill().unwrap();
        writer.wait().unwrap();

        let database = open(&file);
        assert_eq!(database.check().unwrap(), [] as [String; 0]);
        let pairs = database.collection("pairs").unwrap();
        let count = pairs.count(&json!({})).unwrap();
        let numbers = count / 2;
        assert!(numbers > last.unwrap(), "{count} of {last:?}");
        assert_eq!(
            count,
            pairs
                .count(&json!({ "number": { "$lt": numbers } }))
                .unwrap(),
            "whole pairs, without a gap"
        );
        for number in 0..numbers {
            assert_eq!(pairs.count(&json!({ "number": number })).unwrap(), 2);
        }
    }
}

//! Accounts, and how often somebody may try a password.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use database::{Error, limits};
use support::{database, random};

const NOW: u64 = 1_800_000_000;
const PASSWORD: &str = "correct horse";

#[test]
fn an_account_is_made_verified_changed_listed_and_deleted() {
    let database = database();
    let accounts = database.accounts();
    let mut random = random();
    let ann = accounts
        .create(" Ann ", PASSWORD, NOW, &mut random)
        .unwrap();
    assert_eq!(ann.name, "Ann");
    assert_eq!(
        accounts.verify("ANN", PASSWORD, "v", NOW).unwrap(),
        Some(ann.clone())
    );
    assert_eq!(
        accounts.verify("ann", "wrong horse", "v", NOW).unwrap(),
        None
    );
    assert_eq!(accounts.verify("bob", PASSWORD, "v", NOW).unwrap(), None);
    assert_eq!(accounts.verify("", PASSWORD, "v", NOW).unwrap(), None);
    accounts
        .set_password("ann", "another horse", &mut random)
        .unwrap();
    assert_eq!(accounts.verify("ann", PASSWORD, "v", NOW).unwrap(), None);
    assert_eq!(
        accounts.verify("ann", "another horse", "v", NOW).unwrap(),
        Some(ann.clone())
    );
    accounts.create("bob", PASSWORD, NOW, &mut random).unwrap();
    assert_eq!(accounts.list("", 10).unwrap().len(), 2);
    assert_eq!(accounts.list("Ann", 10).unwrap()[0].name, "bob");
    assert!(accounts.delete("Ann").unwrap());
    assert!(!accounts.delete("Ann").unwrap());
    assert_eq!(accounts.get("ann").unwrap(), None);
    assert_eq!(accounts.count().unwrap(), 1);
}

#[test]
fn names_and_passwords_that_will_not_do_are_refused() {
    let database = database();
    let accounts = database.accounts();
    let mut random = random();
    accounts.create("ann", PASSWORD, NOW, &mut random).unwrap();
    for (name, password) in [
        ("Ann", PASSWORD),
        (" ", PASSWORD),
        ("a\nb", PASSWORD),
        (&"x".repeat(1_000), PASSWORD),
        ("bob", "short"),
        ("bob", &"x".repeat(10_000)),
    ] {
        assert!(
            matches!(
                accounts.create(name, password, NOW, &mut random),
                Err(Error::Account(_))
            ),
            "{name}"
        );
    }
    assert!(
        accounts
            .set_password("nobody", PASSWORD, &mut random)
            .is_err()
    );
}

#[test]
fn after_too_many_wrong_passwords_even_the_right_one_has_to_wait() {
    let database = database();
    let accounts = database.accounts();
    accounts
        .create("ann", PASSWORD, NOW, &mut random())
        .unwrap();
    for _ in 0..limits::ATTEMPTS_OF_VISITOR {
        assert_eq!(
            accounts.verify("ann", "wrong horse", "eve", NOW).unwrap(),
            None
        );
    }
    let error = accounts
        .verify("ann", PASSWORD, "eve", NOW + 60)
        .unwrap_err();
    assert_eq!(
        error,
        Error::Attempts {
            seconds: limits::ATTEMPT_SECONDS - 60
        }
    );
    assert!(
        accounts
            .verify("ann", PASSWORD, "ann", NOW)
            .unwrap()
            .is_some(),
        "another visitor is not locked out"
    );
    assert!(
        accounts
            .verify("ann", PASSWORD, "eve", NOW + limits::ATTEMPT_SECONDS)
            .unwrap()
            .is_some()
    );
}

#[test]
fn one_visitor_cannot_try_many_accounts_nor_many_visitors_one() {
    let database = database();
    let accounts = database.accounts();
    for number in 0..limits::ATTEMPTS_OF_ANY {
        accounts
            .verify(&format!("name{number}"), "wrong horse", "eve", NOW)
            .unwrap();
    }
    assert!(matches!(
        accounts.verify("ann", PASSWORD, "eve", NOW),
        Err(Error::Attempts { .. })
    ));
    for number in 0..limits::ATTEMPTS_OF_ACCOUNT {
        accounts
            .verify("bob", "wrong horse", &format!("visitor{number}"), NOW)
            .unwrap();
    }
    assert!(matches!(
        accounts.verify("bob", PASSWORD, "another", NOW),
        Err(Error::Attempts { .. })
    ));
}

#[test]
fn attempts_count_even_if_the_request_is_rolled_back() {
    let database = database();
    let accounts = database.accounts();
    for _ in 0..limits::ATTEMPTS_OF_VISITOR {
        database.begin().unwrap();
        assert_eq!(
            accounts.verify("ann", "wrong horse", "eve", NOW).unwrap(),
            None
        );
        database.rollback().unwrap();
    }
    assert!(matches!(
        accounts.verify("ann", PASSWORD, "eve", NOW),
        Err(Error::Attempts { .. })
    ));
}

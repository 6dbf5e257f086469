//! Accounts, and how often somebody may try a password.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use database::rusqlite::Connection;
use database::{Database, Error, Limits, Source, limits};
use support::{database, random};

const NOW: u64 = 1_800_000_000;
const PASSWORD: &str = "correct horse";

/// A stranger of a network.
fn from(network: &str) -> Source<'_> {
    Source {
        network,
        cookies: None,
    }
}

/// The `Cookie` header of a browser that was given this.
fn cookie(set: &str) -> String {
    set.split(';').next().unwrap().to_owned()
}

#[test]
fn an_account_is_made_verified_changed_listed_and_deleted() {
    let database = database();
    let accounts = database.accounts();
    let mut random = random();
    let ann = accounts
        .create(" Ann ", PASSWORD, NOW, &mut random)
        .unwrap();
    assert_eq!(ann.name, "Ann");
    let verified = accounts.verify("ANN", PASSWORD, from("v"), NOW).unwrap();
    assert_eq!(verified.unwrap().account, ann);
    assert_eq!(
        accounts
            .verify("ann", "wrong horse", from("v"), NOW)
            .unwrap(),
        None
    );
    assert_eq!(
        accounts.verify("bob", PASSWORD, from("v"), NOW).unwrap(),
        None
    );
    assert_eq!(accounts.verify("", PASSWORD, from("v"), NOW).unwrap(), None);
    accounts
        .set_password("ann", "another horse", &mut random)
        .unwrap();
    assert_eq!(
        accounts.verify("ann", PASSWORD, from("v"), NOW).unwrap(),
        None
    );
    let verified = accounts.verify("ann", "another horse", from("v"), NOW);
    assert_eq!(verified.unwrap().unwrap().account, ann);
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
            accounts
                .verify("ann", "wrong horse", from("eve"), NOW)
                .unwrap(),
            None
        );
    }
    let error = accounts
        .verify("ann", PASSWORD, from("eve"), NOW + 60)
        .unwrap_err();
    assert_eq!(
        error,
        Error::Attempts {
            seconds: limits::ATTEMPT_SECONDS - 60
        }
    );
    assert!(
        accounts
            .verify("ann", PASSWORD, from("ann"), NOW)
            .unwrap()
            .is_some(),
        "another network is not locked out"
    );
    assert!(
        accounts
            .verify("ann", PASSWORD, from("eve"), NOW + limits::ATTEMPT_SECONDS)
            .unwrap()
            .is_some()
    );
}

#[test]
fn one_network_cannot_try_many_accounts_nor_many_networks_one() {
    let database = database();
    let accounts = database.accounts();
    for number in 0..limits::ATTEMPTS_OF_ANY {
        accounts
            .verify(&format!("name{number}"), "wrong horse", from("eve"), NOW)
            .unwrap();
    }
    assert!(matches!(
        accounts.verify("ann", PASSWORD, from("eve"), NOW),
        Err(Error::Attempts { .. })
    ));
    for number in 0..limits::ATTEMPTS_OF_ACCOUNT {
        accounts
            .verify("bob", "wrong horse", from(&format!("network{number}")), NOW)
            .unwrap();
    }
    assert!(matches!(
        accounts.verify("bob", PASSWORD, from("another"), NOW),
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
            accounts
                .verify("ann", "wrong horse", from("eve"), NOW)
                .unwrap(),
            None
        );
        database.rollback().unwrap();
    }
    assert!(matches!(
        accounts.verify("ann", PASSWORD, from("eve"), NOW),
        Err(Error::Attempts { .. })
    ));
}

#[test]
fn strangers_do_not_lock_out_a_browser_that_logged_in_before() {
    let database = database();
    let accounts = database.accounts();
    let mut random = random();
    accounts.create("Ann", PASSWORD, NOW, &mut random).unwrap();
    let set = accounts
        .remember_browser("ann", None, &mut random, true)
        .unwrap();
    for part in ["; HttpOnly", "; SameSite=Lax", "; Secure", "; Max-Age="] {
        assert!(set.contains(part), "{set}");
    }
    let anns = cookie(&set);
    for number in 0..limits::ATTEMPTS_OF_ACCOUNT {
        let network = format!("network{}", number % 20);
        let tried = accounts.verify("ann", "wrong horse", from(&network), NOW);
        assert_eq!(tried.unwrap(), None, "{number}");
    }
    let locked = accounts.verify("ann", PASSWORD, from("home"), NOW);
    assert!(matches!(locked, Err(Error::Attempts { .. })));
    let known = Source {
        network: "network0",
        cookies: Some(&anns),
    };
    let login = accounts.verify("ann", PASSWORD, known, NOW).unwrap();
    assert_eq!(login.unwrap().account.name, "Ann");
}

#[test]
fn a_known_browser_is_known_for_its_own_account_and_has_as_few_attempts_as_a_stranger() {
    let database = database();
    let accounts = database.accounts();
    let mut random = random();
    for name in ["ann", "eve"] {
        accounts.create(name, PASSWORD, NOW, &mut random).unwrap();
    }
    let set = accounts.remember_browser("eve", None, &mut random, false);
    let eves = cookie(&set.unwrap());
    assert!(accounts.knows_browser("EVE", Some(&eves)).unwrap());
    assert!(!accounts.knows_browser("ann", Some(&eves)).unwrap());
    let forged = format!("{}{}", &eves[..eves.len() - 4], "AAAA");
    assert!(!accounts.knows_browser("eve", Some(&forged)).unwrap());
    let eve = Source {
        network: "",
        cookies: Some(&eves),
    };
    for account in ["ann", "eve"] {
        for _ in 0..limits::ATTEMPTS_OF_VISITOR {
            accounts.verify(account, "wrong horse", eve, NOW).unwrap();
        }
        let tried = accounts.verify(account, PASSWORD, eve, NOW);
        assert!(matches!(tried, Err(Error::Attempts { .. })), "{account}");
    }
}

#[test]
fn a_browser_is_known_for_several_accounts_and_the_newest_stay() {
    let database = database();
    let accounts = database.accounts();
    let mut random = random();
    let mut cookies: Option<String> = None;
    for number in 0..=limits::BROWSER_ACCOUNTS {
        let name = format!("name{number}");
        let set = accounts.remember_browser(&name, cookies.as_deref(), &mut random, false);
        cookies = Some(cookie(&set.unwrap()));
    }
    let known: Vec<bool> = (0..=limits::BROWSER_ACCOUNTS)
        .map(|number| {
            let name = format!("name{number}");
            accounts.knows_browser(&name, cookies.as_deref()).unwrap()
        })
        .collect();
    assert!(!known[0] && known[1..].iter().all(|known| *known));
    let set = accounts.remember_browser("name1", cookies.as_deref(), &mut random, false);
    let again = cookie(&set.unwrap());
    assert!(accounts.knows_browser("name2", Some(&again)).unwrap());
    assert_eq!(again.len(), cookies.unwrap().len());
}

#[test]
fn what_a_session_keeps_of_a_login_is_new_with_each_account_and_each_password() {
    let database = database();
    let accounts = database.accounts();
    let mut random = random();
    let id = || accounts.login_id("ann").unwrap();
    assert_eq!(id(), None);
    accounts.create("ann", PASSWORD, NOW, &mut random).unwrap();
    let first = id().unwrap();
    let login = accounts.verify("Ann", PASSWORD, from("v"), NOW).unwrap();
    assert_eq!(login.unwrap().id, first);
    let login = accounts.set_password("ann", PASSWORD, &mut random).unwrap();
    let second = id().unwrap();
    assert_eq!(login.id, second);
    accounts.delete("ann").unwrap();
    assert_eq!(id(), None);
    accounts.create("ann", PASSWORD, NOW, &mut random).unwrap();
    let third = id().unwrap();
    assert!(first != second && second != third && first != third);
}

#[test]
fn a_database_of_before_browsers_were_known_opens_and_keeps_its_accounts() {
    let connection = Connection::open_in_memory().unwrap();
    connection
        .execute_batch(
            "CREATE TABLE _accounts (
                 key TEXT NOT NULL PRIMARY KEY, name TEXT NOT NULL, salt BLOB NOT NULL, hash BLOB NOT NULL,
                 memory_kib INTEGER NOT NULL, passes INTEGER NOT NULL, created INTEGER NOT NULL
             ) STRICT, WITHOUT ROWID;
             INSERT INTO _accounts VALUES ('ann', 'Ann', x'00112233', x'00', 19456, 2, 1);",
        )
        .unwrap();
    let database = Database::open(connection, Limits::default(), || false).unwrap();
    let accounts = database.accounts();
    assert_eq!(accounts.get("ann").unwrap().unwrap().name, "Ann");
    assert!(accounts.login_id("ann").unwrap().is_some());
    let login = accounts
        .set_password("ann", PASSWORD, &mut random())
        .unwrap();
    let verified = accounts.verify("ann", PASSWORD, from("v"), NOW).unwrap();
    assert_eq!(verified.unwrap(), login);
}

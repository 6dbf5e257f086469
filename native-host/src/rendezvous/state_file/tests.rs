use super::*;
use crate::rendezvous::claims::ClaimOutcome;

const TODAY: Day = Day::of(20_000);

/// Claims a name and writes that down.
fn claim(file: &mut StateFile, claims: &mut Claims, name: &str, key: u8) -> bool {
    let name = SiteName::parse(name).unwrap();
    let key = PublicKey::from([key; 32]);
    let verdict = claims.claim(&name, &key, (9999, 9999), TODAY);
    assert_eq!(verdict, ClaimOutcome::Claimed);
    let changes = claims.take_changes();
    file.save(&changes, claims.len(), || claims.clone())
}

fn place() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deep/claims.json");
    (folder, path)
}

#[test]
fn claims_come_back() {
    let (_folder, path) = place();
    let (mut file, mut claims) = StateFile::load(&path).unwrap();
    assert_eq!(claims, Claims::default());
    assert!(claim(&mut file, &mut claims, "shop", 1));
    assert!(claim(&mut file, &mut claims, "garden", 2));
    let (mut file, mut again) = StateFile::load(&path).unwrap();
    assert_eq!(again, claims);
    assert!(claim(&mut file, &mut again, "cheese", 3));
    assert_eq!(StateFile::load(&path).unwrap().1, again);
}

#[test]
fn a_kill_at_any_byte_loses_nothing_that_was_told_to_be_on_disk() {
    let (_folder, path) = place();
    let (mut file, mut claims) = StateFile::load(&path).unwrap();
    // After each claim: how long the file is, and what is in it.
    let mut told = Vec::new();
    for (n, name) in ["shop", "garden", "cheese"].iter().enumerate() {
        assert!(claim(&mut file, &mut claims, name, n as u8));
        told.push((file.bytes as usize, claims.clone()));
    }
    let bytes = fs::read(&path).unwrap();
    assert_eq!(bytes.len(), told[2].0);
    for cut in told[0].0..=bytes.len() {
        fs::write(&path, &bytes[..cut]).unwrap();
        let (mut file, mut left) = StateFile::load(&path).unwrap();
        let (_, expected) = told.iter().rfind(|(end, _)| *end <= cut).unwrap();
        assert_eq!(left, *expected, "cut at {cut}");
        // And what is claimed next is not lost behind a torn line.
        assert!(claim(&mut file, &mut left, "fruit", 9));
        assert_eq!(StateFile::load(&path).unwrap().1, left, "cut at {cut}");
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }
}

#[test]
fn a_claim_is_a_line_and_a_long_file_is_written_anew() {
    let (_folder, path) = place();
    let (mut file, mut claims) = StateFile::load(&path).unwrap();
    claim(&mut file, &mut claims, "shop", 1);
    let name = SiteName::parse("shop").unwrap();
    let key = PublicKey::from([1; 32]);
    for n in 1..1100_u32 {
        claims.renew(&name, &key, Day::of(20_000 + 7 * n));
        let changes = claims.take_changes();
        assert_eq!(changes.len(), 1);
        assert!(file.save(&changes, 1, || claims.clone()));
        assert!(file.lines <= SPARE_LINES + 2);
    }
    let text = fs::read_to_string(&path).unwrap();
    assert_eq!(text.lines().count(), 1 + file.lines);
    assert_eq!(StateFile::load(&path).unwrap().1, claims);
}

#[test]
fn a_file_of_version_one_is_read_and_written_anew() {
    let (_folder, path) = place();
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let key = PublicKey::from([1; 32]);
    let text = format!("{{\n  \"version\": 1,\n  \"names\": {{\n    \"shop\": \"{key}\"\n  }}\n}}");
    fs::write(&path, text).unwrap();
    let (mut file, mut claims) = StateFile::load(&path).unwrap();
    assert!(claims.holds(&key, &SiteName::parse("shop").unwrap()));
    assert!(claim(&mut file, &mut claims, "garden", 2));
    assert_eq!(StateFile::load(&path).unwrap().1, claims);
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.starts_with("{\"version\":2}\n"), "{text}");
}

#[test]
fn broken_files_are_kept_aside_and_what_can_be_read_is_kept() {
    let (_folder, path) = place();
    let (mut file, mut claims) = StateFile::load(&path).unwrap();
    claim(&mut file, &mut claims, "shop", 1);
    let good = fs::read_to_string(&path).unwrap();
    let broken = [
        ("{\"version\":1,".to_owned(), Claims::default()),
        ("\u{0}".to_owned(), Claims::default()),
        ("{\"version\":3}\n".to_owned(), Claims::default()),
        (format!("{good}{{}}\n"), claims.clone()),
    ];
    for (number, (text, left)) in broken.into_iter().enumerate() {
        fs::write(&path, &text).unwrap();
        assert_eq!(StateFile::load(&path).unwrap().1, left, "{text}");
        let aside = path.with_file_name(format!("claims.json.broken-{}", number + 1));
        assert_eq!(fs::read_to_string(aside).unwrap(), text);
        assert_eq!(StateFile::load(&path).unwrap().1, left);
    }
}

#[test]
fn a_file_that_cannot_be_read_is_an_error_and_one_that_cannot_be_written_is_tried_again() {
    let (folder, path) = place();
    assert!(matches!(
        StateFile::load(folder.path()),
        Err(Error::StateFile { .. })
    ));
    let (mut file, mut claims) = StateFile::load(&path).unwrap();
    let in_the_way = path.parent().unwrap();
    fs::write(in_the_way, "").unwrap();
    assert!(!claim(&mut file, &mut claims, "shop", 1));
    fs::remove_file(in_the_way).unwrap();
    assert!(claim(&mut file, &mut claims, "garden", 2));
    assert_eq!(StateFile::load(&path).unwrap().1, claims);
}

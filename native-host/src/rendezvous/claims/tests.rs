use super::*;

const TODAY: Day = Day::of(20_000);

fn name(text: &str) -> SiteName {
    SiteName::parse(text).unwrap()
}

fn key(byte: u8) -> PublicKey {
    PublicKey::from([byte; 32])
}

fn claim(claims: &mut Claims, text: &str, by: u8, today: Day) -> ClaimOutcome {
    claims.claim(&name(text), &key(by), (8, 8), today)
}

#[test]
fn the_first_key_keeps_the_name() {
    let mut claims = Claims::default();
    assert_eq!(claim(&mut claims, "shop", 1, TODAY), ClaimOutcome::Claimed);
    assert_eq!(claim(&mut claims, "shop", 1, TODAY), ClaimOutcome::Held);
    assert_eq!(claim(&mut claims, "shop", 2, TODAY), ClaimOutcome::Taken);
    assert_eq!(
        claims.label(&name("shop")),
        Some(Label::new(name("shop"), &key(1)))
    );
    assert_eq!(claims.label(&name("other")), None);
    assert!(claims.holds(&key(1), &name("shop")) && !claims.holds(&key(2), &name("shop")));
}

#[test]
fn a_name_whose_key_did_not_host_for_a_year_may_be_anothers() {
    let mut claims = Claims::default();
    claim(&mut claims, "shop", 1, TODAY);
    claim(&mut claims, "kept", 2, TODAY);
    claim(&mut claims, "hosted", 3, TODAY);
    let last = Day::of(20_000 + LAPSE_DAYS);
    assert_eq!(claim(&mut claims, "shop", 9, last), ClaimOutcome::Taken);
    claims.renew(&name("kept"), &key(2), last);
    claims.renew_label(&Label::new(name("hosted"), &key(3)), last);
    claims.renew(&name("shop"), &key(9), last);
    let later = Day::of(20_001 + LAPSE_DAYS);
    assert!(
        claims.label(&name("shop")).is_some(),
        "nobody claimed it yet"
    );
    assert!(claims.is_free(&name("shop"), later));
    assert_eq!(claim(&mut claims, "shop", 9, later), ClaimOutcome::Claimed);
    assert_eq!(claim(&mut claims, "kept", 9, later), ClaimOutcome::Taken);
    assert_eq!(claim(&mut claims, "hosted", 9, later), ClaimOutcome::Taken);
    assert_eq!(claims.by_key.get(&key(1)), None);
    assert_eq!(
        claim(&mut claims, "kept", 9, Day::of(1)),
        ClaimOutcome::Taken
    );
}

#[test]
fn a_lapsed_claim_makes_room_for_a_new_one() {
    let mut claims = Claims::default();
    for n in 0..8 {
        claims.claim(&name(&format!("n{n}")), &key(n), (8, 8), TODAY);
    }
    assert_eq!(claim(&mut claims, "bread", 9, TODAY), ClaimOutcome::NoRoom);
    let later = Day::of(20_001 + LAPSE_DAYS);
    claims.renew(&name("n0"), &key(0), later);
    assert_eq!(claim(&mut claims, "bread", 9, later), ClaimOutcome::Claimed);
    assert_eq!(claims.len(), 8);
    assert!(claims.holds(&key(0), &name("n0")));
}

#[test]
fn suggestions_are_free_and_take_few_steps() {
    let mut claims = Claims::default();
    for taken in ["shop", "shop-2", "shop-3"] {
        claim(&mut claims, taken, 1, TODAY);
    }
    assert_eq!(claims.suggestion(&name("shop")), name("shop-4"));
    for n in 2..5000 {
        let taken = name("shop").suggest_alternative(n);
        claims.claim(&taken, &key(1), (9999, 9999), TODAY);
    }
    let suggestion = claims.suggestion(&name("shop"));
    assert!(claims.is_free(&suggestion, TODAY), "{suggestion}");
}

#[test]
fn there_is_an_end_to_names() {
    let mut claims = Claims::default();
    let mut claim = |text, by| claims.claim(&name(text), &key(by), (1, 2), TODAY);
    assert_eq!(claim("a", 1), ClaimOutcome::Claimed);
    assert_eq!(claim("b", 1), ClaimOutcome::KeyHasEnough);
    assert_eq!(claim("b", 2), ClaimOutcome::Claimed);
    assert_eq!(claim("c", 3), ClaimOutcome::NoRoom);
    assert_eq!(claim("a", 1), ClaimOutcome::Held);
}

#[test]
fn changes_made_again_give_the_same_memory() {
    let mut claims = Claims::default();
    claim(&mut claims, "shop", 1, TODAY);
    claim(&mut claims, "kept", 2, TODAY);
    assert_eq!(claims.changes.len(), 2);
    claim(&mut claims, "kept", 2, Day::of(20_001));
    assert_eq!(claims.changes.len(), 2, "a day is not worth a line");
    let later = Day::of(20_001 + LAPSE_DAYS);
    claim(&mut claims, "shop", 3, later);
    claims.remove_lapsed(later);
    let mut again = Claims::default();
    for change in claims.take_changes() {
        again.apply(change);
    }
    assert_eq!(again, claims);
    assert!(!claims.has_changes());
    let mut whole = Claims::default();
    for record in claims.records() {
        whole.apply(record);
    }
    assert_eq!(whole, claims);
}

//! Days and clock times, without time zones and tables.

/// A moment in the Gregorian calendar, UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moment {
    pub year: i64,
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31.
    pub day: u8,
    pub hour: u8,
    pub minute: u8,
    pub second: u8,
    /// 0 is Sunday.
    pub weekday: u8,
}

const MILLISECONDS_A_DAY: i64 = 86_400_000;

/// The first and last moments that a date of JavaScript can have (ECMA-262, 21.4.1.1), in milliseconds.
const FARTHEST: i64 = 100_000_000 * MILLISECONDS_A_DAY;

impl Moment {
    /// From milliseconds since 1970; none outside of what JavaScript's dates can be.
    pub fn from_milliseconds(milliseconds: i64) -> Option<Self> {
        if !(-FARTHEST..=FARTHEST).contains(&milliseconds) {
            return None;
        }
        let days = milliseconds.div_euclid(MILLISECONDS_A_DAY);
        let second_of_day = milliseconds.rem_euclid(MILLISECONDS_A_DAY) / 1_000;
        let (year, month, day) = civil(days);
        Some(Self {
            year,
            month: u8::try_from(month).ok()?,
            day: u8::try_from(day).ok()?,
            hour: u8::try_from(second_of_day / 3_600).ok()?,
            minute: u8::try_from(second_of_day / 60 % 60).ok()?,
            second: u8::try_from(second_of_day % 60).ok()?,
            weekday: u8::try_from((days + 4).rem_euclid(7)).ok()?,
        })
    }
}

/// Milliseconds since 1970 of what ISO 8601 and JavaScript's `toISOString` write: `2026-11-22`,
/// `2026-11-22T20:15`, with seconds, with fractions, with `Z` or an offset.
pub(crate) fn parse(text: &str) -> Option<i64> {
    let (date, time) = match text.split_once(['T', ' ']) {
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    let mut parts = date.splitn(3, '-');
    let (year, month, day) = (
        digits(parts.next()?, 4)?,
        digits(parts.next()?, 2)?,
        digits(parts.next()?, 2)?,
    );
    let days = days(year, month, day);
    if civil(days) != (year, month, day) {
        return None;
    }
    let midnight = days * MILLISECONDS_A_DAY;
    time.map_or(Some(midnight), |time| Some(midnight + clock(time)?))
}

/// Milliseconds since midnight UTC of `20:15`, `20:15:30`, `20:15:30.5`, with `Z` or an offset.
fn clock(text: &str) -> Option<i64> {
    let (time, offset) = match text.find(['Z', '+', '-']) {
        Some(at) => text.split_at_checked(at)?,
        None => (text, "Z"),
    };
    let offset = match offset.strip_prefix('Z') {
        Some("") => 0,
        Some(_) => return None,
        None => {
            let (sign, rest) = offset.split_at_checked(1)?;
            let (hours, minutes) = rest.split_once(':').or_else(|| rest.split_at_checked(2))?;
            let minutes = digits(hours, 2)? * 60 + digits(minutes, 2)?;
            if sign == "-" { -minutes } else { minutes }
        }
    };
    let (whole, fraction) = time.split_once('.').unwrap_or((time, ""));
    let mut parts = whole.splitn(3, ':');
    let (hour, minute) = (digits(parts.next()?, 2)?, digits(parts.next()?, 2)?);
    let second = parts.next().map_or(Some(0), |second| digits(second, 2))?;
    if hour > 24
        || minute > 59
        || second > 60
        || !fraction.bytes().all(|byte| byte.is_ascii_digit())
    {
        return None;
    }
    let thousandths: String = fraction.chars().chain("000".chars()).take(3).collect();
    Some(((hour * 60 + minute - offset) * 60 + second) * 1_000 + thousandths.parse::<i64>().ok()?)
}

/// A number of exactly so many digits.
fn digits(text: &str, count: usize) -> Option<i64> {
    (text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit()))
        .then(|| text.parse().ok())?
}

/// Year, month, day from days since 1970 (Howard Hinnant, “chrono-compatible low-level date algorithms”).
fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// Days since 1970 (the same source).
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let shifted_month = if month > 2 { month - 3 } else { month + 9 };
    let day_of_year = (153 * shifted_month + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_iso_writes_is_read() {
        for (text, milliseconds) in [
            ("1970-01-01", 0),
            ("2000-02-29", 951_782_400_000),
            ("2026-11-22T20:15:30.250Z", 1_795_378_530_250),
            ("2026-11-22T21:15:30+01:00", 1_795_378_530_000),
            ("2026-11-22 20:15", 1_795_378_500_000),
            ("1969-12-31T23:59:59Z", -1_000),
        ] {
            assert_eq!(parse(text), Some(milliseconds), "{text}");
        }
    }

    #[test]
    fn what_is_no_date_is_not_read() {
        for text in [
            "",
            "x",
            "2026",
            "2026-13-01",
            "2026-02-30",
            "26-1-1",
            "2026-11-22T",
            "2026-11-22T25:00",
            "2026-11-22T1:2",
            "2026-11-22T20:15Zx",
            "2026-11-22T20:15:3é",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn every_day_of_eight_centuries_is_itself_again() {
        for day in days(1600, 1, 1)..days(2400, 1, 1) {
            let (year, month, of_month) = civil(day);
            assert_eq!(days(year, month, of_month), day);
        }
    }

    #[test]
    fn weekdays_follow_each_other_from_a_known_one() {
        let moment = |milliseconds| Moment::from_milliseconds(milliseconds).unwrap();
        assert_eq!(moment(0).weekday, 4);
        assert_eq!(moment(-1).weekday, 3);
        assert_eq!(moment(1_795_378_530_250).weekday, 0);
        assert_eq!(Moment::from_milliseconds(i64::MAX), None);
    }
}

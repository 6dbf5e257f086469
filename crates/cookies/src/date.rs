//! Dates as servers have ever written them (RFC 6265bis, 5.1.1). It knows nothing of cookies.

/// The months by the letters they begin with.
const MONTHS: &[u8] = b"janfebmaraprmayjunjulaugsepoctnovdec";

/// Days before each month, in a year that begins in March: then a leap day is the last.
const DAYS_BEFORE: [u64; 12] = [306, 337, 0, 31, 61, 92, 122, 153, 184, 214, 245, 275];

/// Days from the first of March of the year 0 to the first day of 1970.
const EPOCH: u64 = 719_468;

/// The second since 1970 that a date names (0 for what lies before); `None` if it is no date.
#[must_use]
pub fn parse(text: &str) -> Option<u64> {
    let (mut time, mut day, mut month, mut year) = (None, None, None, None);
    for token in text.split(is_delimiter) {
        if time.is_none() && parse_time(token).is_some() {
            time = parse_time(token);
        } else if day.is_none() && number(token, 1, 2).is_some() {
            day = number(token, 1, 2);
        } else if month.is_none() && parse_month(token).is_some() {
            month = parse_month(token);
        } else if year.is_none() {
            year = number(token, 2, 4);
        }
    }
    let (seconds, (day, _), month, (year, _)) = (time?, day?, month?, year?);
    let year = match year {
        0..70 => year + 2000,
        70..100 => year + 1900,
        _ => year,
    };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        1 => 28 + u64::from(leap),
        3 | 5 | 8 | 10 => 30,
        _ => 31,
    };
    if year < 1601 || day < 1 || day > length {
        return None;
    }
    // January and February belong to the year before, which began in March.
    let year = year - u64::from(month < 2);
    let before = DAYS_BEFORE.get(month).copied()?;
    let days = year * 365 + year / 4 - year / 100 + year / 400 + before + day - 1;
    Some((days * 86_400 + seconds).saturating_sub(EPOCH * 86_400))
}

fn is_delimiter(sign: char) -> bool {
    matches!(sign, '\t' | ' '..='/' | ';'..='@' | '['..='`' | '{'..='~')
}

/// A number of `least` to `most` digits at the beginning of a token, and the rest of it.
fn number(token: &str, least: usize, most: usize) -> Option<(u64, &str)> {
    let digits = token.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = token.split_at_checked(digits)?;
    if digits < least || digits > most {
        return None;
    }
    Some((number.parse().ok()?, rest))
}

/// The seconds of a day at a time such as `23:59:59`.
fn parse_time(token: &str) -> Option<u64> {
    let (hour, rest) = number(token, 1, 2)?;
    let (minute, rest) = number(rest.strip_prefix(':')?, 1, 2)?;
    let (second, _) = number(rest.strip_prefix(':')?, 1, 2)?;
    (hour < 24 && minute < 60 && second < 60).then_some((hour * 60 + minute) * 60 + second)
}

/// The month, from 0, whose name begins as the token does.
fn parse_month(token: &str) -> Option<usize> {
    let begin = token.as_bytes().get(..3)?;
    MONTHS
        .chunks(3)
        .position(|month| month.eq_ignore_ascii_case(begin))
}

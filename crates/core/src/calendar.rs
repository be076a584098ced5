//! Days and moments as people here write them. Both countries keep one time.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

const HERE: TimeZone = jiff::tz::get!("Europe/Amsterdam");

fn at(now: i64) -> Timestamp {
    Timestamp::from_microsecond(now).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// The day of a moment in Unix microseconds.
#[must_use]
pub fn day(now: i64) -> Date {
    HERE.to_datetime(at(now)).date()
}

/// The moment at which a day starts here, in Unix microseconds; `None` at the ends of the calendar.
#[must_use]
pub fn start(day: Date) -> Option<i64> {
    Some(day.to_zoned(HERE).ok()?.timestamp().as_microsecond())
}

/// A day as people write it: 21-11-2026.
#[must_use]
pub fn written(date: Date) -> String {
    format!("{}-{}-{:04}", date.day(), date.month(), date.year())
}

/// A moment in Unix microseconds as people write it: 21-11-2026 14:05.
#[must_use]
pub fn moment(now: i64) -> String {
    let here = HERE.to_datetime(at(now));
    format!("{} {:02}:{:02}", written(here.date()), here.hour(), here.minute())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_day_starts_at_midnight_here() {
        for (one, seconds) in [(date(2026, 11, 22), 1_795_302_000), (date(2026, 7, 2), 1_782_943_200)] {
            assert_eq!(start(one), Some(seconds * 1_000_000));
            assert_eq!(day(seconds * 1_000_000), one);
        }
    }

    #[test]
    fn days_begin_at_midnight_here_in_summer_and_winter() {
        for (seconds, expected) in [
            (1_795_215_599, "20-11-2026 23:59"),
            (1_795_215_600, "21-11-2026 00:00"),
            (1_782_251_999, "23-6-2026 23:59"),
            (1_782_252_000, "24-6-2026 00:00"),
        ] {
            assert_eq!(moment(seconds * 1_000_000), expected, "{seconds}");
        }
    }
}

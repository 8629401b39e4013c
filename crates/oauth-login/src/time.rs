//! Points in time as plain seconds, which is how they are sealed and stored.

use std::time::{Duration, SystemTime};

/// Seconds since 1970; a clock before that counts as 0.
pub(crate) fn unix_seconds(time: SystemTime) -> u64 {
    time.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// The inverse of [`unix_seconds`]; what no clock can show becomes 1970.
pub(crate) fn from_unix_seconds(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds)).unwrap_or(SystemTime::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    // Proves: QC10
    #[test]
    fn no_clock_and_no_number_is_too_far_off() {
        let epoch = SystemTime::UNIX_EPOCH;
        for (time, seconds) in [
            (epoch, 0),
            (epoch.checked_sub(Duration::from_secs(1)).unwrap(), 0),
            (epoch + Duration::from_millis(1999), 1),
            // A 32-bit number of seconds has ended in 2038.
            (epoch + Duration::from_secs(1 << 32), 1 << 32),
        ] {
            assert_eq!(unix_seconds(time), seconds, "{time:?}");
        }
        for (seconds, time) in [(0, epoch), (1 << 32, epoch + Duration::from_secs(1 << 32)), (u64::MAX, epoch)] {
            assert_eq!(from_unix_seconds(seconds), time, "{seconds}");
        }
    }
}

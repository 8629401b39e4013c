//! What Redis does in one step that is more than one command. Scripts are sent as text: they are short, and a server that
//! was restarted or replaced knows no others.

use redis::Cmd;

/// The server's clock in milliseconds. `KEYS`: any key of the node that is asked, for a cluster.
pub(crate) const CLOCK: &str = "\
local time = redis.call('TIME')
return time[1] * 1000 + math.floor(time[2] / 1000)";

/// Keeps a pending login, unless there are too many.
///
/// `KEYS`: the login, the index; `ARGV`: its name in the index, the value, its lifetime, the most logins. The index is a
/// sorted set of what ends when, so it is right again after the longest lifetime whatever became of the entries. `SET`
/// is the first write: a server that is out of memory refuses it, but none that follows another.
pub(crate) const PUT: &str = "\
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local lifetime = tonumber(ARGV[3])
if redis.call('ZCOUNT', KEYS[2], now, '+inf') >= tonumber(ARGV[4]) then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now)
redis.call('ZADD', KEYS[2], now + lifetime, ARGV[1])
if redis.call('PTTL', KEYS[2]) < lifetime then redis.call('PEXPIRE', KEYS[2], ARGV[3]) end
return 1";

/// Begins each script that must not be carried out once its caller has been told that the store does not answer: a server
/// that hung finds the command in its socket when it goes on, however long ago the connection was given up.
/// `ARGV[1]`: until when, by the clock of [`CLOCK`].
const IN_TIME: &str = "\
local time = redis.call('TIME')
if time[1] * 1000 + time[2] / 1000 > tonumber(ARGV[1]) then return redis.error_reply('LATE the caller has gone') end
";

/// Removes and returns a pending login. `KEYS`: the login, the index; `ARGV[2]`: its name in the index.
pub(crate) const TAKE: &str = "\
local sealed = redis.call('GETDEL', KEYS[1])
if sealed then redis.pcall('ZREM', KEYS[2], ARGV[2]) end
return sealed";

/// Writes a record where there is none. `ARGV`: the value, its lifetime.
pub(crate) const WRITE_ABSENT: &str = "\
return redis.call('SET', KEYS[1], ARGV[2], 'NX', 'PX', ARGV[3]) and 1 or 0";

/// Writes a record that is still what it was. `ARGV`: the value, its lifetime, what it was.
pub(crate) const WRITE_UNCHANGED: &str = "\
if redis.call('GET', KEYS[1]) ~= ARGV[4] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1";

/// Removes a record that is still what it was. `ARGV`: what it was.
pub(crate) const REMOVE_UNCHANGED: &str = "\
if redis.call('GET', KEYS[1]) ~= ARGV[2] then return 0 end
return redis.call('DEL', KEYS[1])";

/// A command that runs `script`, so far without arguments besides the keys.
pub(crate) fn run(script: &str, keys: &[&str]) -> Cmd {
    let mut command = redis::cmd("EVAL");
    command.arg(script).arg(keys.len()).arg(keys);
    command
}

/// A command that runs `script` until `not_after` by the server's clock.
pub(crate) fn run_until(not_after: u64, script: &str, keys: &[&str]) -> Cmd {
    let mut command = run(&format!("{IN_TIME}{script}"), keys);
    command.arg(not_after);
    command
}

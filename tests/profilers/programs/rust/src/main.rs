//! The shop with the crate pyroscope: methods with a stopwatch of their thread's CPU clock.

use pyroscope::backend::{pprof_backend, BackendConfig, PprofConfig};
use pyroscope::pyroscope::PyroscopeAgentBuilder;
use std::env;
use std::hint::black_box;
use std::thread;
use std::time::{Duration, Instant};

#[inline(never)]
fn sum_orders(rounds: u64) -> f64 {
    let mut sum = 0.0;
    for i in 1..rounds * 10_000 {
        sum += black_box(1.0 / i as f64 * (i % 7) as f64);
    }
    sum
}

#[inline(never)]
fn check_password(rounds: u64) -> u64 {
    let mut digest = 0x9e37_79b9_7f4a_7c15_u64;
    for i in 0..rounds * 10_000 {
        digest = black_box((digest ^ i).wrapping_mul(0x0100_0000_01b3).rotate_left(17));
    }
    digest
}

fn thread_cpu_ns() -> i64 {
    let mut at = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: the clock exists on every Unix, and `at` is valid for the call.
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut at) };
    at.tv_sec as i64 * 1_000_000_000 + at.tv_nsec as i64
}

/// CPU time of both methods on this thread.
fn work(end: Instant) -> (i64, i64) {
    let (mut orders, mut password) = (0, 0);
    while Instant::now() < end {
        let start = thread_cpu_ns();
        black_box(sum_orders(300));
        let middle = thread_cpu_ns();
        black_box(check_password(200));
        orders += middle - start;
        password += thread_cpu_ns() - middle;
    }
    (orders, password)
}

fn setting(name: &str) -> String {
    env::var(name).unwrap_or_else(|_| panic!("{name} is not set"))
}

fn seconds(name: &str) -> Duration {
    Duration::from_secs_f64(setting(name).parse().expect("a number of seconds"))
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let host = setting("SHOP_HOST");
    let agent = PyroscopeAgentBuilder::new(
        setting("PYROSCOPE_SERVER_ADDRESS"),
        setting("SHOP_SERVICE"),
        100,
        "pyroscope-rs",
        env!("CARGO_PKG_VERSION"),
        pprof_backend(PprofConfig::default(), BackendConfig::default()),
    )
    .tags(vec![
        ("env", "test"),
        ("version", "1.2.3"),
        ("hostname", &host),
    ])
    .upload_interval(seconds("SHOP_PERIOD"))
    .build()?
    .start()?;
    let end = Instant::now() + seconds("SHOP_SECONDS");
    let threads: Vec<_> = (0..2).map(|_| thread::spawn(move || work(end))).collect();
    let (mut orders, mut password) = (0, 0);
    for one in threads {
        let spent = one.join().expect("a worker ended early");
        orders += spent.0;
        password += spent.1;
    }
    println!(
        r#"{{"span":{{"name":"all","route":"all","spanId":"","rootSpanId":"","methods":{{"sum_orders":{{"wallNs":0,"cpuNs":{orders}}},"check_password":{{"wallNs":0,"cpuNs":{password}}}}}}}}}"#
    );
    println!(r#"{{"requests":{{}}}}"#);
    // SIGTERM ends it, when the test has seen the last upload.
    thread::sleep(Duration::from_secs(600));
    drop(agent);
    Ok(())
}

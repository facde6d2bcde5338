// Panics pass through probed functions and are caught. Prints what it counted itself.
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

static RETURNS: AtomicU64 = AtomicU64::new(0);
static RESULTS: AtomicU64 = AtomicU64::new(0);
static CLEANED: AtomicU64 = AtomicU64::new(0);

struct Guard;
impl Drop for Guard {
    fn drop(&mut self) {
        CLEANED.fetch_add(1, Relaxed);
    }
}

fn returned(result: u64) -> u64 {
    RETURNS.fetch_add(1, Relaxed);
    RESULTS.fetch_add(result, Relaxed);
    result
}

#[no_mangle]
#[inline(never)]
pub fn risky(n: u64) -> u64 {
    if n % 3 == 0 {
        panic!("three");
    }
    returned(n * 2)
}

#[no_mangle]
#[inline(never)]
pub fn passed(n: u64) -> u64 {
    let _guard = Guard;
    let result = risky(n) + 1;
    returned(result)
}

fn main() {
    let count: u64 = std::env::args().nth(1).unwrap().parse().unwrap();
    std::panic::set_hook(Box::new(|_| {}));
    let mut caught = 0;
    for n in 0..count {
        if std::panic::catch_unwind(|| passed(n)).is_err() {
            caught += 1;
        }
    }
    println!("{} {} {} {}", RETURNS.load(Relaxed), RESULTS.load(Relaxed), caught, CLEANED.load(Relaxed));
}

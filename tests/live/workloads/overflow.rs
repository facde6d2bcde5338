// Without optimisation each addition is followed by a check, and a panic that does not return.
use std::hint::black_box;

#[inline(never)]
fn f(x: i64) -> i64 {
    let y = x + 1; //@3
    let z = y * 2; //@3
    let w = z - y; //@3
    black_box(w)
}

#[inline(never)]
fn countdown(mut n: u32) -> u32 {
    let mut steps = 0;
    while n > 1 {
        n /= 2; //@4
        steps += 1; //@4
    }
    black_box(steps)
}

fn main() {
    let mut sum = 0;
    for k in 0..3 {
        sum += f(black_box(k));
    }
    println!("{}", sum + countdown(black_box(20)) as i64);
}

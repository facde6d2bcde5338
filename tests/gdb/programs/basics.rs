// Overflow checks, slices, structs, loops.
use std::hint::black_box;

struct Point {
    x: i32,
    y: i32,
}

struct Sum {
    total: i64,
    count: u32,
}

#[inline(never)]
fn checked(x: i64) -> i64 {
    let y = x + 1;
    let z = y * 2;
    black_box(z)
}

#[inline(never)]
fn add(sum: &mut Sum, value: i64) {
    sum.total += value;
    sum.count += 1;
}

#[inline(never)]
fn index(values: &[i32], at: usize) -> i32 {
    let found = values[at];
    let next = found / 2;
    black_box(next)
}

#[inline(never)]
fn distance(a: Point, b: &Point) -> i32 {
    let dx = a.x - b.x;
    let dy = a.y - b.y;
    black_box(dx * dx + dy * dy)
}

#[inline(never)]
fn countdown(mut n: u32) -> u32 {
    let mut steps = 0;
    while n > 1 {
        n /= 2;
        steps += 1;
    }
    black_box(steps)
}

fn main() {
    let mut sum = Sum { total: 0, count: 0 };
    let values = [3, 1, 4, 1, 5];
    add(&mut sum, checked(black_box(7)));
    add(&mut sum, checked(black_box(-3)));
    add(&mut sum, index(&values, black_box(2)) as i64);
    add(&mut sum, index(&values, black_box(4)) as i64);
    let p = Point { x: 3, y: black_box(4) };
    let q = Point { x: 1, y: black_box(9) };
    add(&mut sum, distance(p, &q) as i64);
    add(&mut sum, countdown(black_box(20)) as i64);
    black_box(sum.total + sum.count as i64);
}

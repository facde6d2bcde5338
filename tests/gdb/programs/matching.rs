// Enums with data, Option, closures, traits.
use std::hint::black_box;

enum Shape {
    Dot,
    Line(i32),
    Rect { w: i32, h: i32 },
}

trait Area {
    fn area(&self) -> i32;
}

impl Area for Shape {
    #[inline(never)]
    fn area(&self) -> i32 {
        match self {
            Shape::Dot => 0,
            Shape::Line(length) => *length,
            Shape::Rect { w, h } => {
                let product = w * h;
                black_box(product)
            }
        }
    }
}

#[inline(never)]
fn half(n: i32) -> Option<i32> {
    if n % 2 == 1 {
        return None;
    }
    let result = n / 2;
    Some(black_box(result))
} //@2

#[inline(never)]
fn apply<F: Fn(i32) -> i32>(f: F, v: i32) -> i32 {
    let r = f(v);
    black_box(r + 1)
}

#[inline(never)]
fn unwrap_or(v: Option<i32>, other: i32) -> i32 {
    match v {
        Some(n) => black_box(n),
        None => other,
    }
}

fn main() {
    let shapes = [Shape::Dot, Shape::Line(black_box(5)), Shape::Rect { w: 3, h: black_box(4) }];
    let mut total = 0;
    total += shapes[0].area();
    total += shapes[1].area();
    total += shapes[2].area();
    total += unwrap_or(half(black_box(8)), -1);
    total += unwrap_or(half(black_box(7)), -1);
    let base = black_box(10);
    total += apply(|v| v * base, 3);
    black_box(total);
}

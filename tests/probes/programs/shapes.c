#include <stdio.h>
#include <string.h>
struct inner { int a; char c; char name[8]; unsigned bits:3; int sbits:4; const char *s; struct inner *next; double d; };
union u { int i; long l; };
enum color { RED, GREEN=5 };
struct outer { struct inner in; int arr[4]; struct { int anon1; union { int x; short y; }; }; union u uu; enum color col; void *p; int (*fn)(int); struct inner ins[2]; char big[20]; int two[2][3];};
static inline __attribute__((always_inline)) int addone(int v) { int r = v + 1; return r * 2; }
int global_counter = 5;
static struct outer sg;
__attribute__((noinline)) int work(struct outer *o, int n, const char *str) {
  int total = 0;
  struct inner loc = {1,'x',"abc",1,-2,"hello",0,1.5};
  for (int i = 0; i < n; i++) {
    total += o->arr[i & 3] + addone(i);
  }
  printf("%s %d %d\n", str, total, loc.a);
  return total;
}
struct outer retst(int a) { struct outer o; memset(&o, a, sizeof o); return o; }
int main(int argc, char **argv) {
  struct outer o; memset(&o, 0, sizeof o);
  o.in.a = 3; o.in.s = "str"; o.arr[1] = 7; o.in.c='q'; strcpy(o.in.name, "nm"); o.in.bits=5; o.in.sbits=-3; o.col = GREEN;
  sg = o;
  int r = work(&o, argc + 17, argv[0]);
  o = retst(2);
  return r == global_counter;
}

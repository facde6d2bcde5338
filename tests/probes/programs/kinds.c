#include <stdbool.h>
#include <stdio.h>
typedef unsigned long ulong_t; typedef struct { int x, y; } pt; struct empty; 
enum neg { A=-1, B }; struct one { int only[1]; char *strs[3]; bool b; unsigned char uc; signed char sc; float f; long double ld; short sh; unsigned short us; long l; unsigned long ul; enum neg ng; pt *pp; int **ipp; struct empty *e; int flex[]; };
__thread int tls = 4; static int stat_i = 3;
int f(struct one *o, pt p, double d, float g, enum neg n, bool b, int arr[], char c, const char **cpp, pt *ppt, int *ip) { stat_i += o->b + p.x + d + g + n + b + arr[0] + c + tls; return stat_i + (int)ip[0]; }
pt mk(int a) { pt q = {a, a+1}; return q; }
double dd(int a) { return a * 1.5; }
void nothing(void) { stat_i++; }
int main(void) { struct one o = {0}; int a[2]={1,2}; pt p = mk(3); nothing(); return f(&o, p, dd(1), 2, B, 1, a, 'c', 0, &p, a); }

// The program of docs/cookbook.md: takes orders, and refuses those above 100.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEEP __attribute__((noinline))

struct item {
  char name[16];
  int price;
  struct item *next;
};

struct order {
  int number;
  struct item *items;
};

int orders_taken;

KEEP struct item *new_item(const char *name, int price, struct item *next) {
  struct item *item = malloc(sizeof *item);
  strcpy(item->name, name);
  item->price = price;
  item->next = next;
  return item;
}

KEEP int sum(const struct order *order) {
  int total = 0;
  for (const struct item *item = order->items; item; item = item->next)
    total += item->price;
  return total;
}

KEEP int take(struct order *order) {
  int total = sum(order);
  if (total > 100)
    return -1;
  orders_taken++;
  printf("order %d: %d\n", order->number, total);
  return total;
}

int main(void) {
  const char *names[] = {"tea", "milk", "sugar", "honey"};
  for (int number = 1; number <= 6; number++) {
    struct order order = {number, NULL};
    for (int i = 0; i < number; i++)
      order.items = new_item(names[i % 4], 5 * (i + 1), order.items);
    take(&order);
  }
  return 0;
}

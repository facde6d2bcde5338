// Pointers that move in the first statement, lists, strings, recursion.
#include <stddef.h>
#include <stdlib.h>

#define NOIPA __attribute__((noinline, noclone))

struct node {
  struct node *next;
  int key;
  short tag;
  char name[8];
};

int sink;

NOIPA int length(const char *s) {
  int n = 0;
  while (*s++)
    n++;
  return n; //@2
}

NOIPA const char *skip(const char *text, char stop) {
  const char *start = text;
  while (*text != stop && *text)
    text++;
  sink += (int)(text - start);
  return text;
}

NOIPA struct node *push(struct node *head, struct node *cell, int key) {
  cell->next = head;
  cell->key = key;
  cell->tag = (short)(key * 2);
  cell->name[0] = (char)('a' + key);
  cell->name[1] = 0;
  return cell;
}

NOIPA int total(const struct node *head) {
  int sum = 0;
  for (const struct node *at = head; at; at = at->next) { //@1
    int twice = at->key * 2;
    sum += twice;
  }
  return sum;
}

NOIPA int depth(const struct node *at, int level) {
  if (!at) {
    sink += level;
    return level;
  }
  int deeper = depth(at->next, level + 1);
  return deeper + at->tag;
}

NOIPA void reverse(struct node **head) {
  struct node *back = NULL;
  struct node *at = *head;
  while (at) {
    struct node *next = at->next;
    at->next = back;
    back = at;
    at = next;
  }
  *head = back;
}

int main(void) {
  static struct node cells[4];
  struct node *head = NULL;
  char buffer[16] = "pointers!";
  sink += length(buffer);
  sink += length(buffer + 5);
  const char *found = skip(buffer, 't');
  sink += *found;
  found = skip(found, '?');
  sink += found == buffer + 9;
  for (int i = 0; i < 4; i++) { //@1
    head = push(head, &cells[i], i);
    sink += head->key;
  }
  sink += total(head);
  sink += depth(head, 0);
  reverse(&head);
  sink += head->key;
  return sink == 0;
}

/* Makes a known number of connections and packets on loopback, alone on its machine, and prints what it did and how the kernel's own
 * counters (/proc/net/snmp) changed meanwhile: "did NAME N" and "snmp Tcp.ActiveOpens N". */
#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CONNECTIONS = 5, REFUSED = 3, DATAGRAMS = 4 };

static int sockets, sends, receives, closes;
static long sent_bytes, received_bytes;

struct counters {
  char names[64][48];
  long long values[64];
  int count;
};

static void read_counters(struct counters *c) {
  char names[2048], values[2048];
  FILE *file = fopen("/proc/net/snmp", "r");
  assert(file);
  c->count = 0;
  while (fgets(names, sizeof(names), file) && fgets(values, sizeof(values), file)) {
    char *n, *v, *group = strtok_r(names, ": ", &n);
    strtok_r(values, ": ", &v);
    if (strcmp(group, "Tcp") && strcmp(group, "Ip")) continue;
    for (char *name; (name = strtok_r(NULL, " \n", &n));) {
      snprintf(c->names[c->count], sizeof(c->names[0]), "%s.%s", group, name);
      c->values[c->count++] = atoll(strtok_r(NULL, " \n", &v));
    }
  }
  fclose(file);
}

static int make_socket(int type) {
  int fd = socket(AF_INET, type, 0);
  assert(fd >= 0);
  sockets++;
  return fd;
}

static void close_socket(int fd) {
  assert(close(fd) == 0);
  closes++;
}

static void transfer(int from, int to, size_t size) {
  char bytes[1000];
  memset(bytes, 'x', sizeof(bytes));
  assert(send(from, bytes, size, 0) == (ssize_t)size);
  sends++, sent_bytes += size;
  for (size_t got = 0; got < size;) {
    ssize_t n = recv(to, bytes, sizeof(bytes), 0);
    assert(n > 0);
    receives++, received_bytes += n, got += n;
  }
}

int main(void) {
  static struct counters before, after;
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)}, nobody = address;
  socklen_t length = sizeof(address);
  nobody.sin_port = htons(9);
  read_counters(&before);
  int listener = make_socket(SOCK_STREAM);
  assert(bind(listener, (struct sockaddr *)&address, length) == 0 && listen(listener, 16) == 0);
  assert(getsockname(listener, (struct sockaddr *)&address, &length) == 0);
  for (int i = 0; i < CONNECTIONS; i++) {
    int client = make_socket(SOCK_STREAM);
    assert(connect(client, (struct sockaddr *)&address, length) == 0);
    int server = accept(listener, NULL, NULL);
    assert(server >= 0);
    transfer(client, server, 100);
    transfer(server, client, 200);
    if (i == CONNECTIONS - 1) { /* the last one ends at once, by a reset */
      struct linger at_once = {1, 0};
      assert(setsockopt(client, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once)) == 0);
    }
    close_socket(client);
    close_socket(server);
  }
  close_socket(listener);
  for (int i = 0; i < REFUSED; i++) {
    int client = make_socket(SOCK_STREAM);
    assert(connect(client, (struct sockaddr *)&nobody, length) < 0 && errno == ECONNREFUSED);
    close_socket(client);
  }
  int datagrams = make_socket(SOCK_DGRAM), target = make_socket(SOCK_DGRAM);
  struct sockaddr_in place = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  assert(bind(target, (struct sockaddr *)&place, sizeof(place)) == 0);
  assert(getsockname(target, (struct sockaddr *)&place, &length) == 0);
  assert(connect(datagrams, (struct sockaddr *)&place, length) == 0);
  for (int i = 0; i < DATAGRAMS; i++) transfer(datagrams, target, 300);
  /* By write() and read(), as files are. */
  char bytes[50] = {0};
  assert(write(datagrams, bytes, sizeof(bytes)) == sizeof(bytes));
  sends++, sent_bytes += sizeof(bytes);
  assert(read(target, bytes, sizeof(bytes)) == sizeof(bytes));
  receives++, received_bytes += sizeof(bytes);
  close_socket(datagrams);
  close_socket(target);
  signal(SIGUSR1, SIG_IGN);
  for (int i = 0; i < 3; i++) kill(getpid(), SIGUSR1);
  read_counters(&after);
  for (int i = 0; i < after.count; i++)
    if (strcmp(after.names[i], before.names[i]) == 0)
      printf("snmp %s %lld\n", after.names[i], after.values[i] - before.values[i]);
  printf("did sockets %d\ndid sends %d\ndid sent %ld\ndid receives %d\ndid received %ld\ndid closes %d\n", sockets, sends,
         sent_bytes, receives, received_bytes, closes);
  printf("did kills 3\ndid connections %d\ndid refused %d\n", CONNECTIONS, REFUSED);
  return 0;
}

// A program to be traced: uses a file and sockets of its own, and says what it did.
#include <arpa/inet.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <unistd.h>

static void fail(const char* what) {
  perror(what);
  exit(1);
}

static void switch_loopback_on(void) {
  int fd = socket(AF_INET, SOCK_DGRAM, 0);
  struct ifreq request = {.ifr_name = "lo"};
  if (fd < 0 || ioctl(fd, SIOCGIFFLAGS, &request) != 0) fail("lo");
  request.ifr_flags |= IFF_UP;
  if (ioctl(fd, SIOCSIFFLAGS, &request) != 0) fail("lo");
  close(fd);
}

static void tell_memory(void) {
  char text[200] = "";
  int fd = open("/proc/self/statm", O_RDONLY);
  if (fd < 0 || read(fd, text, sizeof(text) - 1) <= 0) fail("statm");
  close(fd);
  printf("statm %s", text);
}

static void use_file(void) {
  const char* name = "/tmp/a known file";
  char memory[1000] = {0};
  struct iovec parts[] = {{memory, 100}, {memory, 11}, {memory, 3}};
  struct stat info;
  int fd = open(name, O_RDWR | O_CREAT | O_TRUNC, 0600);
  if (fd < 0 || fstat(fd, &info) != 0) fail(name);
  for (int i = 0; i < 3; i++)
    if (write(fd, memory, 100) != 100) fail("write");
  if (writev(fd, parts, 3) != 114 || lseek(fd, 0, SEEK_SET) != 0) fail("writev");
  if (read(fd, memory, 1000) != 414 || read(fd, memory, 1000) != 0) fail("read");
  if (lseek(fd, 0, SEEK_SET) != 0 || readv(fd, parts, 3) != 114) fail("readv");
  if (syscall(SYS_write, fd, 8L, 7L) == 7) fail("write of nothing");
  printf("file %d ino %lu dev %u\n", fd, (unsigned long)info.st_ino, major(info.st_dev) << 20 | minor(info.st_dev));
  tell_memory();
  fflush(stdout);
  syscall(SYS_sched_rr_get_interval, 0, NULL);  // the mark
  close(fd);
  unlink(name);
}

static unsigned port_of(int fd) {
  struct sockaddr_storage address;
  socklen_t size = sizeof(address);
  if (getsockname(fd, (struct sockaddr*)&address, &size) != 0) fail("getsockname");
  return ntohs(((struct sockaddr_in*)&address)->sin_port);  // sin6_port is at the same place
}

static void use_sockets(int family, int type) {
  struct sockaddr_in six_less = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
  struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
  struct sockaddr* address = family == AF_INET ? (struct sockaddr*)&six_less : (struct sockaddr*)&six;
  socklen_t size = family == AF_INET ? sizeof(six_less) : sizeof(six);
  char memory[1000] = {0};
  int one = 1, server = socket(family, type, 0), client = socket(family, type, 0), accepted = server;
  if (bind(server, address, size) != 0) fail("bind");
  socklen_t got = size;
  if (getsockname(server, address, &got) != 0) fail("getsockname");
  if (type == SOCK_STREAM && listen(server, 1) != 0) fail("listen");
  if (connect(client, address, size) != 0) fail("connect");
  if (type == SOCK_STREAM) {
    if (setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)) != 0) fail("setsockopt");
    if ((accepted = accept(server, NULL, NULL)) < 0) fail("accept");
  }
  for (int i = 0; i < 5; i++) {
    if (send(client, memory, 321, 0) != 321) fail("send");
    if (recv(accepted, memory, 1000, 0) != 321) fail("recv");
  }
  printf("%s %d client %u server %u\n", type == SOCK_STREAM ? "tcp" : "udp", family, port_of(client), port_of(server));
  close(client);
  close(accepted);
  close(server);
}

int main(void) {
  switch_loopback_on();
  use_file();
  use_sockets(AF_INET, SOCK_STREAM);
  use_sockets(AF_INET6, SOCK_STREAM);
  use_sockets(AF_INET, SOCK_DGRAM);
  return 0;
}

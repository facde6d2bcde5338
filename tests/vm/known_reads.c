// A program to be traced inside the kernel: reads and writes a file of its own, and says with which arguments.
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { kReads = 20, kSize = 150 };

int main(void) {
  static char buffer[4096];
  struct stat status;
  int fd = open("known.data", O_RDWR | O_CREAT | O_TRUNC, 0600);
  if (fd < 0 || write(fd, buffer, kSize) != kSize || fstat(fd, &status) != 0) return 1;
  if (lseek(fd, 0, SEEK_SET) != 0) return 1;
  // The sum of the first counts is larger than the file: the last reads get less, or nothing.
  for (int i = 1; i <= kReads; i++) {
    ssize_t got = read(fd, buffer + i, (size_t)i);
    printf("read %p %d %zd %lu\n", (void*)(buffer + i), i, got, (unsigned long)status.st_ino);
  }
  // An error that vfs_read() finds itself: the file is not open for reading.
  int write_only = open("known.data", O_WRONLY);
  for (int i = 0; i < 3; i++)
    if (read(write_only, buffer, 7) != -1) return 1;
  fflush(stdout);
  _exit(0);
}

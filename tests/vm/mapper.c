// A program to be traced: stats and maps parts of a file, COUNT times each, and says what it did.
//
//   mapper COUNT
//   changed 1795261423
//   inode 17 mapped 5 times: 3 pages from page 7
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

int main(int argc, char** argv) {
  const char* name = "/tmp/mapper.data";
  long page = sysconf(_SC_PAGESIZE), count = argc == 2 ? atol(argv[1]) : 0;
  int fd = open(name, O_RDWR | O_CREAT | O_TRUNC, 0600);
  if (fd < 0 || ftruncate(fd, 20 * page) != 0) return perror(name), 1;
  struct stat info;
  for (long i = 0; i < count; ++i) {
    if (stat(name, &info) != 0) return perror(name), 1;
    char* memory = mmap(NULL, (size_t)(3 * page), PROT_READ, MAP_SHARED, fd, 7 * page);
    if (memory == MAP_FAILED || munmap(memory, (size_t)(3 * page)) != 0) return perror("mmap"), 1;
  }
  unlink(name);
  printf("changed %ld\n", (long)info.st_ctime);
  printf("inode %lu mapped %ld times: 3 pages from page 7\n", (unsigned long)info.st_ino, count);
  return 0;
}

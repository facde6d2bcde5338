// Its children run a program, with arguments and an environment of known sizes.
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void) {
  static char* const arguments[] = {"true", "a", "b", "c", "d", "e", NULL};
  static char* const environment[] = {"A=1", "B=2", NULL};
  const int programs = 5;
  int sum = 0;
  for (int i = 0; i < programs; i++) {
    pid_t child = fork();
    if (child == 0) {
      execve("/bin/true", arguments + i % 4, environment);
      _exit(1);
    }
    int status = 0;
    if (waitpid(child, &status, 0) != child || status != 0) return 1;
    sum += 6 - i % 4;
  }
  const char* path = getenv("CORETAP_TRUTH");
  FILE* truth = path ? fopen(path, "w") : NULL;
  if (!truth) return 1;
  fprintf(truth, "programs=%d\narguments=%d\nenvironment=%d\n", programs, sum, 2 * programs);
  return fclose(truth) != 0;
}

// Starts seven processes; three of them run another program.
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void) {
  const int forks = 7, execs = 3;
  for (int i = 0; i < forks; i++) {
    pid_t child = fork();
    if (child == 0) {
      if (i < execs) execl("/bin/true", "true", (char*)NULL);
      _exit(0);
    }
    waitpid(child, NULL, 0);
  }
  const char* path = getenv("CORETAP_TRUTH");
  FILE* truth = path ? fopen(path, "w") : NULL;
  if (!truth) return 1;
  fprintf(truth, "forks=%d\nexecs=%d\n", forks, execs);
  return fclose(truth) != 0;
}

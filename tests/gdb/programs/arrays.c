// Arrays of one and two dimensions, with sizes that only the program knows.
#define NOIPA __attribute__((noinline, noclone))

int sink;
int grid[3][4];
const short table[6] = {5, 10, 15, 20, 25, 30};

NOIPA int fill(int n, int m) {
  short b[n][m];
  for (int i = 0; i < n; i++) //@2
    for (int j = 0; j < m; j++) //@7
      b[i][j] = (short)(i * 10 + j);
  sink += b[1][1];
  return b[n - 1][m - 1];
}

NOIPA int row_sum(int columns, int (*rows)[columns], int row) {
  int total = 0;
  for (int i = 0; i < columns; i++) //@3
    total += rows[row][i];
  return total;
}

NOIPA int one(int n) {
  int squares[n];
  for (int i = 0; i < n; i++) { //@1
    squares[i] = i * i;
    sink += squares[i];
  }
  return squares[n - 1];
}

NOIPA int fixed(const int values[5], int scale) {
  int copy[5];
  int most = 0;
  for (int i = 0; i < 5; i++) { //@1
    copy[i] = values[i] * scale;
    if (copy[i] > most)
      most = copy[i];
  }
  return most + copy[4];
}

NOIPA void set(int row, int column, int value) {
  grid[row][column] = value;
  sink += grid[row][column];
}

int main(void) {
  int values[5] = {4, 8, 15, 16, 2};
  sink += fill(5, 3);
  sink += fill(2, 4);
  for (int i = 0; i < 3; i++) //@1
    set(i, i + 1, i * 7);
  sink += row_sum(4, grid, 0);
  sink += row_sum(4, grid, 1);
  sink += row_sum(4, grid, 2);
  sink += one(6);
  sink += fixed(values, table[1]);
  return sink == 0;
}

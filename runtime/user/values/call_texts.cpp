// Made by tapsets/tools/gen_call_texts.py from the tapsets. Do not edit.
// clang-format off
#include "call_texts.h"

#include "runtime/user/harness/names.h"

namespace ct {
namespace {

static const char ct_signal_names[32][16] = {
    "",        "SIGHUP",    "SIGINT",  "SIGQUIT",  "SIGILL",  "SIGTRAP", "SIGABRT", "SIGBUS",
    "SIGFPE",  "SIGKILL",   "SIGUSR1", "SIGSEGV",  "SIGUSR2", "SIGPIPE", "SIGALRM", "SIGTERM",
    "SIGSTKFLT", "SIGCHLD", "SIGCONT", "SIGSTOP",  "SIGTSTP", "SIGTTIN", "SIGTTOU", "SIGURG",
    "SIGXCPU", "SIGXFSZ",   "SIGVTALRM", "SIGPROF", "SIGWINCH", "SIGIO", "SIGPWR",  "SIGSYS",
};

void text_sys_open_flag_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x1, "O_WRONLY"}, {0x2, "O_RDWR"}, {0x40, "O_CREAT"}, {0x80, "O_EXCL"},
      {0x100, "O_NOCTTY"}, {0x200, "O_TRUNC"}, {0x400, "O_APPEND"}, {0x800, "O_NONBLOCK"},
      {0x101000, "O_SYNC"}, {0x1000, "O_DSYNC"}, {0x2000, "O_ASYNC"}, {0x4000, "O_DIRECT"},
      {0x8000, "O_LARGEFILE"}, {0x410000, "O_TMPFILE"}, {0x10000, "O_DIRECTORY"},
      {0x20000, "O_NOFOLLOW"}, {0x40000, "O_NOATIME"}, {0x80000, "O_CLOEXEC"},
      {0x200000, "O_PATH"},
  };
  CT_FLAG_NAMES(STAP_ARG_flags, "O_RDONLY", 0x3);
}
void text_at_flag_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x100, "AT_SYMLINK_NOFOLLOW"}, {0x200, "AT_REMOVEDIR"}, {0x400, "AT_SYMLINK_FOLLOW"},
      {0x800, "AT_NO_AUTOMOUNT"}, {0x1000, "AT_EMPTY_PATH"}, {0x2000, "AT_STATX_FORCE_SYNC"},
      {0x4000, "AT_STATX_DONT_SYNC"}, {0x8000, "AT_RECURSIVE"},
  };
  CT_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_access_mode_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_mode) {
  static const ct_name names[] = {
      {0x4, "R_OK"}, {0x2, "W_OK"}, {0x1, "X_OK"},
  };
  CT_FLAG_NAMES(STAP_ARG_mode, "F_OK", 0);
}
void text_statx_mask_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_mask) {
  static const ct_name names[] = {
      {0xfff, "STATX_ALL"}, {0x7ff, "STATX_BASIC_STATS"}, {0x1, "STATX_TYPE"},
      {0x2, "STATX_MODE"}, {0x4, "STATX_NLINK"}, {0x8, "STATX_UID"}, {0x10, "STATX_GID"},
      {0x20, "STATX_ATIME"}, {0x40, "STATX_MTIME"}, {0x80, "STATX_CTIME"}, {0x100, "STATX_INO"},
      {0x200, "STATX_SIZE"}, {0x400, "STATX_BLOCKS"}, {0x800, "STATX_BTIME"},
      {0x1000, "STATX_MNT_ID"},
  };
  CT_FLAG_NAMES(STAP_ARG_mask, "0x0", 0);
}
void text_renameat2_flags_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x1, "RENAME_NOREPLACE"}, {0x2, "RENAME_EXCHANGE"}, {0x4, "RENAME_WHITEOUT"},
  };
  CT_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_xattr_flags_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x1, "XATTR_CREATE"}, {0x2, "XATTR_REPLACE"},
  };
  CT_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_mountflags_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x1, "MS_RDONLY"}, {0x2, "MS_NOSUID"}, {0x4, "MS_NODEV"}, {0x8, "MS_NOEXEC"},
      {0x10, "MS_SYNCHRONOUS"}, {0x20, "MS_REMOUNT"}, {0x40, "MS_MANDLOCK"}, {0x80, "MS_DIRSYNC"},
      {0x400, "MS_NOATIME"}, {0x800, "MS_NODIRATIME"}, {0x1000, "MS_BIND"}, {0x2000, "MS_MOVE"},
      {0x4000, "MS_REC"}, {0x8000, "MS_SILENT"}, {0x10000, "MS_POSIXACL"},
      {0x20000, "MS_UNBINDABLE"}, {0x40000, "MS_PRIVATE"}, {0x80000, "MS_SLAVE"},
      {0x100000, "MS_SHARED"}, {0x200000, "MS_RELATIME"}, {0x1000000, "MS_STRICTATIME"},
      {0x2000000, "MS_LAZYTIME"},
  };
  CT_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_umountflags_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x1, "MNT_FORCE"}, {0x2, "MNT_DETACH"}, {0x4, "MNT_EXPIRE"}, {0x8, "UMOUNT_NOFOLLOW"},
  };
  CT_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_inotify_init_flags_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x800, "IN_NONBLOCK"}, {0x80000, "IN_CLOEXEC"},
  };
  CT_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_inotify_watch_mask_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_mask) {
  static const ct_name names[] = {
      {0x1, "IN_ACCESS"}, {0x2, "IN_MODIFY"}, {0x4, "IN_ATTRIB"}, {0x8, "IN_CLOSE_WRITE"},
      {0x10, "IN_CLOSE_NOWRITE"}, {0x20, "IN_OPEN"}, {0x40, "IN_MOVED_FROM"},
      {0x80, "IN_MOVED_TO"}, {0x100, "IN_CREATE"}, {0x200, "IN_DELETE"},
      {0x400, "IN_DELETE_SELF"}, {0x800, "IN_MOVE_SELF"}, {0x1000000, "IN_ONLYDIR"},
      {0x2000000, "IN_DONT_FOLLOW"}, {0x4000000, "IN_EXCL_UNLINK"},
      {0x10000000, "IN_MASK_CREATE"}, {0x20000000, "IN_MASK_ADD"}, {0x40000000, "IN_ISDIR"},
      {0x80000000, "IN_ONESHOT"},
  };
  CT_FLAG_NAMES(STAP_ARG_mask, "0x0", 0);
}
void text_mknod_mode_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_mode) {
  static const ct_name names[] = {
      {0xc000, "S_IFSOCK"}, {0x8000, "S_IFREG"}, {0x6000, "S_IFBLK"}, {0x2000, "S_IFCHR"},
      {0x1000, "S_IFIFO"},
  };
  CT_NUMBER_NAME(STAP_ARG_mode & 0170000);
  CT_APPEND("|%#llo", STAP_ARG_mode & 07777);
}
void text_seek_whence_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_whence) {
  static const ct_name names[] = {
      {0, "SEEK_SET"}, {1, "SEEK_CUR"}, {2, "SEEK_END"}, {3, "SEEK_DATA"}, {4, "SEEK_HOLE"},
  };
  CT_NUMBER_NAME(STAP_ARG_whence);
}
void text_splice_flags_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x1, "SPLICE_F_MOVE"}, {0x2, "SPLICE_F_NONBLOCK"}, {0x4, "SPLICE_F_MORE"},
      {0x8, "SPLICE_F_GIFT"},
  };
  CT_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_preadv2_flags_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x1, "RWF_HIPRI"}, {0x2, "RWF_DSYNC"}, {0x4, "RWF_SYNC"}, {0x8, "RWF_NOWAIT"},
      {0x10, "RWF_APPEND"},
  };
  CT_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_fadvice_advice_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_advice) {
  static const ct_name names[] = {
      {0, "POSIX_FADV_NORMAL"}, {1, "POSIX_FADV_RANDOM"}, {2, "POSIX_FADV_SEQUENTIAL"},
      {3, "POSIX_FADV_WILLNEED"}, {4, "POSIX_FADV_DONTNEED"}, {5, "POSIX_FADV_NOREUSE"},
  };
  CT_NUMBER_NAME(STAP_ARG_advice);
}
void text_fallocate_mode_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_mode) {
  static const ct_name names[] = {
      {0x1, "FALLOC_FL_KEEP_SIZE"}, {0x2, "FALLOC_FL_PUNCH_HOLE"},
      {0x4, "FALLOC_FL_NO_HIDE_STALE"}, {0x8, "FALLOC_FL_COLLAPSE_RANGE"},
      {0x10, "FALLOC_FL_ZERO_RANGE"}, {0x20, "FALLOC_FL_INSERT_RANGE"},
      {0x40, "FALLOC_FL_UNSHARE_RANGE"},
  };
  CT_FLAG_NAMES(STAP_ARG_mode, "0x0", 0);
}
void text_sync_file_range_flags_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x1, "SYNC_FILE_RANGE_WAIT_BEFORE"}, {0x2, "SYNC_FILE_RANGE_WRITE"},
      {0x4, "SYNC_FILE_RANGE_WAIT_AFTER"},
  };
  CT_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_fcntl_cmd_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_cmd) {
  static const ct_name names[] = {
      {0, "F_DUPFD"}, {1, "F_GETFD"}, {2, "F_SETFD"}, {3, "F_GETFL"}, {4, "F_SETFL"},
      {5, "F_GETLK"}, {6, "F_SETLK"}, {7, "F_SETLKW"}, {8, "F_SETOWN"}, {9, "F_GETOWN"},
      {10, "F_SETSIG"}, {11, "F_GETSIG"}, {15, "F_SETOWN_EX"}, {16, "F_GETOWN_EX"},
      {36, "F_OFD_GETLK"}, {37, "F_OFD_SETLK"}, {38, "F_OFD_SETLKW"}, {1024, "F_SETLEASE"},
      {1025, "F_GETLEASE"}, {1026, "F_NOTIFY"}, {1030, "F_DUPFD_CLOEXEC"}, {1031, "F_SETPIPE_SZ"},
      {1032, "F_GETPIPE_SZ"}, {1033, "F_ADD_SEALS"}, {1034, "F_GET_SEALS"},
  };
  CT_NUMBER_NAME(STAP_ARG_cmd);
}
void text_flock_cmd_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_operation) {
  static const ct_name names[] = {
      {0x1, "LOCK_SH"}, {0x2, "LOCK_EX"}, {0x4, "LOCK_NB"}, {0x8, "LOCK_UN"},
  };
  CT_FLAG_NAMES(STAP_ARG_operation, "0x0", 0);
}
void text_epoll_op_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_op) {
  static const ct_name names[] = {
      {1, "EPOLL_CTL_ADD"}, {2, "EPOLL_CTL_DEL"}, {3, "EPOLL_CTL_MOD"},
  };
  CT_NUMBER_NAME(STAP_ARG_op);
}
void text_sock_family_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_family) {
  static const ct_name names[] = {
      {0, "AF_UNSPEC"}, {1, "AF_UNIX"}, {2, "AF_INET"}, {3, "AF_AX25"}, {4, "AF_IPX"},
      {5, "AF_APPLETALK"}, {6, "AF_NETROM"}, {7, "AF_BRIDGE"}, {8, "AF_ATMPVC"}, {9, "AF_X25"},
      {10, "AF_INET6"}, {11, "AF_ROSE"}, {12, "AF_DECnet"}, {15, "AF_KEY"}, {16, "AF_NETLINK"},
      {17, "AF_PACKET"}, {18, "AF_ASH"}, {19, "AF_ECONET"}, {21, "AF_RDS"}, {24, "AF_PPPOX"},
      {26, "AF_LLC"}, {30, "AF_TIPC"}, {31, "AF_BLUETOOTH"}, {33, "AF_RXRPC"}, {35, "AF_PHONET"},
      {37, "AF_CAIF"}, {38, "AF_ALG"}, {39, "AF_NFC"}, {40, "AF_VSOCK"}, {41, "AF_KCM"},
      {42, "AF_QIPCRTR"}, {43, "AF_SMC"}, {44, "AF_XDP"},
  };
  CT_NUMBER_NAME(STAP_ARG_family);
}
void text_sock_type_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_type) {
  static const ct_name names[] = {
      {0x1, "SOCK_STREAM"}, {0x2, "SOCK_DGRAM"}, {0x3, "SOCK_RAW"}, {0x4, "SOCK_RDM"},
      {0x5, "SOCK_SEQPACKET"}, {0x6, "SOCK_DCCP"}, {0xa, "SOCK_PACKET"},
  };
  CT_NUMBER_NAME(STAP_ARG_type & 0xf);
  CT_APPEND("%s%s", STAP_ARG_type & 0x800 ? "|SOCK_NONBLOCK" : "", STAP_ARG_type & 0x80000 ? "|SOCK_CLOEXEC" : "");
}
void text_sock_flags_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x800, "SOCK_NONBLOCK"}, {0x80000, "SOCK_CLOEXEC"},
  };
  CT_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_sock_protocol_inet_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_protocol) {
  static const ct_name names[] = {
      {0, "IPPROTO_IP"}, {1, "IPPROTO_ICMP"}, {2, "IPPROTO_IGMP"}, {4, "IPPROTO_IPIP"},
      {6, "IPPROTO_TCP"}, {8, "IPPROTO_EGP"}, {12, "IPPROTO_PUP"}, {17, "IPPROTO_UDP"},
      {22, "IPPROTO_IDP"}, {33, "IPPROTO_DCCP"}, {41, "IPPROTO_IPV6"}, {46, "IPPROTO_RSVP"},
      {47, "IPPROTO_GRE"}, {50, "IPPROTO_ESP"}, {51, "IPPROTO_AH"}, {103, "IPPROTO_PIM"},
      {108, "IPPROTO_COMP"}, {132, "IPPROTO_SCTP"}, {136, "IPPROTO_UDPLITE"},
      {255, "IPPROTO_RAW"}, {58, "IPPROTO_ICMPV6"},
  };
  CT_NUMBER_NAME(STAP_ARG_protocol);
}
void text_sock_protocol_netlink_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_protocol) {
  static const ct_name names[] = {
      {0, "NETLINK_ROUTE"}, {2, "NETLINK_USERSOCK"}, {3, "NETLINK_FIREWALL"},
      {4, "NETLINK_SOCK_DIAG"}, {5, "NETLINK_NFLOG"}, {6, "NETLINK_XFRM"}, {7, "NETLINK_SELINUX"},
      {8, "NETLINK_ISCSI"}, {9, "NETLINK_AUDIT"}, {10, "NETLINK_FIB_LOOKUP"},
      {11, "NETLINK_CONNECTOR"}, {12, "NETLINK_NETFILTER"}, {15, "NETLINK_KOBJECT_UEVENT"},
      {16, "NETLINK_GENERIC"}, {21, "NETLINK_CRYPTO"},
  };
  CT_NUMBER_NAME(STAP_ARG_protocol);
}
void text_msg_flags_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x1, "MSG_OOB"}, {0x2, "MSG_PEEK"}, {0x4, "MSG_DONTROUTE"}, {0x8, "MSG_CTRUNC"},
      {0x10, "MSG_PROXY"}, {0x20, "MSG_TRUNC"}, {0x40, "MSG_DONTWAIT"}, {0x80, "MSG_EOR"},
      {0x100, "MSG_WAITALL"}, {0x200, "MSG_FIN"}, {0x400, "MSG_SYN"}, {0x800, "MSG_CONFIRM"},
      {0x1000, "MSG_RST"}, {0x2000, "MSG_ERRQUEUE"}, {0x4000, "MSG_NOSIGNAL"},
      {0x8000, "MSG_MORE"}, {0x10000, "MSG_WAITFORONE"}, {0x4000000, "MSG_ZEROCOPY"},
      {0x20000000, "MSG_FASTOPEN"}, {0x40000000, "MSG_CMSG_CLOEXEC"},
  };
  CT_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_shutdown_how_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_how) {
  static const ct_name names[] = {
      {0, "SHUT_RD"}, {1, "SHUT_WR"}, {2, "SHUT_RDWR"},
  };
  CT_NUMBER_NAME(STAP_ARG_how);
}
void text_sockopt_level_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_level) {
  static const ct_name names[] = {
      {0, "SOL_IP"}, {1, "SOL_SOCKET"}, {6, "SOL_TCP"}, {17, "SOL_UDP"}, {41, "SOL_IPV6"},
      {255, "SOL_RAW"}, {263, "SOL_PACKET"}, {270, "SOL_NETLINK"},
  };
  CT_NUMBER_NAME(STAP_ARG_level);
}
void text_sockopt_optname_socket_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_option) {
  static const ct_name names[] = {
      {1, "SO_DEBUG"}, {2, "SO_REUSEADDR"}, {3, "SO_TYPE"}, {4, "SO_ERROR"}, {5, "SO_DONTROUTE"},
      {6, "SO_BROADCAST"}, {7, "SO_SNDBUF"}, {8, "SO_RCVBUF"}, {9, "SO_KEEPALIVE"},
      {10, "SO_OOBINLINE"}, {11, "SO_NO_CHECK"}, {12, "SO_PRIORITY"}, {13, "SO_LINGER"},
      {14, "SO_BSDCOMPAT"}, {15, "SO_REUSEPORT"}, {16, "SO_PASSCRED"}, {17, "SO_PEERCRED"},
      {18, "SO_RCVLOWAT"}, {19, "SO_SNDLOWAT"}, {20, "SO_RCVTIMEO"}, {21, "SO_SNDTIMEO"},
      {25, "SO_BINDTODEVICE"}, {26, "SO_ATTACH_FILTER"}, {27, "SO_DETACH_FILTER"},
      {28, "SO_PEERNAME"}, {29, "SO_TIMESTAMP"}, {30, "SO_ACCEPTCONN"}, {31, "SO_PEERSEC"},
      {32, "SO_SNDBUFFORCE"}, {33, "SO_RCVBUFFORCE"}, {34, "SO_PASSSEC"}, {35, "SO_TIMESTAMPNS"},
      {36, "SO_MARK"}, {37, "SO_TIMESTAMPING"}, {38, "SO_PROTOCOL"}, {39, "SO_DOMAIN"},
      {40, "SO_RXQ_OVFL"}, {46, "SO_BUSY_POLL"}, {49, "SO_INCOMING_CPU"}, {60, "SO_ZEROCOPY"},
  };
  CT_NUMBER_NAME(STAP_ARG_option);
}
void text_sockopt_optname_tcp_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_option) {
  static const ct_name names[] = {
      {1, "TCP_NODELAY"}, {2, "TCP_MAXSEG"}, {3, "TCP_CORK"}, {4, "TCP_KEEPIDLE"},
      {5, "TCP_KEEPINTVL"}, {6, "TCP_KEEPCNT"}, {7, "TCP_SYNCNT"}, {8, "TCP_LINGER2"},
      {9, "TCP_DEFER_ACCEPT"}, {10, "TCP_WINDOW_CLAMP"}, {11, "TCP_INFO"}, {12, "TCP_QUICKACK"},
      {13, "TCP_CONGESTION"}, {14, "TCP_MD5SIG"}, {18, "TCP_USER_TIMEOUT"}, {23, "TCP_FASTOPEN"},
      {24, "TCP_TIMESTAMP"}, {25, "TCP_NOTSENT_LOWAT"}, {31, "TCP_ULP"},
  };
  CT_NUMBER_NAME(STAP_ARG_option);
}
void text_semctl_cmd(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_cmd) {
  static const ct_name names[] = {
      {0, "IPC_RMID"}, {1, "IPC_SET"}, {2, "IPC_STAT"}, {3, "IPC_INFO"}, {11, "GETPID"},
      {12, "GETVAL"}, {13, "GETALL"}, {14, "GETNCNT"}, {15, "GETZCNT"}, {16, "SETVAL"},
      {17, "SETALL"}, {11, "SHM_LOCK"}, {12, "SHM_UNLOCK"}, {13, "SHM_STAT"}, {14, "SHM_INFO"},
      {18, "SEM_STAT"}, {19, "SEM_INFO"},
  };
  CT_NUMBER_NAME(STAP_ARG_cmd);
}
void text_shmat_flags_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x1000, "SHM_RDONLY"}, {0x2000, "SHM_RND"}, {0x4000, "SHM_REMAP"}, {0x8000, "SHM_EXEC"},
  };
  CT_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_ipc_flags_bits_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x200, "IPC_CREAT"}, {0x400, "IPC_EXCL"}, {0x800, "IPC_NOWAIT"},
  };
  CT_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_mprotect_prot_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_prot) {
  static const ct_name names[] = {
      {0x1, "PROT_READ"}, {0x2, "PROT_WRITE"}, {0x4, "PROT_EXEC"}, {0x8, "PROT_SEM"},
      {0x1000000, "PROT_GROWSDOWN"}, {0x2000000, "PROT_GROWSUP"},
  };
  CT_FLAG_NAMES(STAP_ARG_prot, "PROT_NONE", 0);
}
void text_mmap_flags(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x3, "MAP_SHARED_VALIDATE"}, {0x1, "MAP_SHARED"}, {0x2, "MAP_PRIVATE"},
      {0x10, "MAP_FIXED"}, {0x20, "MAP_ANONYMOUS"}, {0x40, "MAP_32BIT"}, {0x100, "MAP_GROWSDOWN"},
      {0x800, "MAP_DENYWRITE"}, {0x1000, "MAP_EXECUTABLE"}, {0x2000, "MAP_LOCKED"},
      {0x4000, "MAP_NORESERVE"}, {0x8000, "MAP_POPULATE"}, {0x10000, "MAP_NONBLOCK"},
      {0x20000, "MAP_STACK"}, {0x40000, "MAP_HUGETLB"}, {0x80000, "MAP_SYNC"},
      {0x100000, "MAP_FIXED_NOREPLACE"},
  };
  CT_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_mremap_flags(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x1, "MREMAP_MAYMOVE"}, {0x2, "MREMAP_FIXED"}, {0x4, "MREMAP_DONTUNMAP"},
  };
  CT_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_madvice_advice_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_advice) {
  static const ct_name names[] = {
      {0, "MADV_NORMAL"}, {1, "MADV_RANDOM"}, {2, "MADV_SEQUENTIAL"}, {3, "MADV_WILLNEED"},
      {4, "MADV_DONTNEED"}, {8, "MADV_FREE"}, {9, "MADV_REMOVE"}, {10, "MADV_DONTFORK"},
      {11, "MADV_DOFORK"}, {12, "MADV_MERGEABLE"}, {13, "MADV_UNMERGEABLE"},
      {14, "MADV_HUGEPAGE"}, {15, "MADV_NOHUGEPAGE"}, {16, "MADV_DONTDUMP"}, {17, "MADV_DODUMP"},
      {18, "MADV_WIPEONFORK"}, {19, "MADV_KEEPONFORK"}, {20, "MADV_COLD"}, {21, "MADV_PAGEOUT"},
      {22, "MADV_POPULATE_READ"}, {23, "MADV_POPULATE_WRITE"}, {100, "MADV_HWPOISON"},
  };
  CT_NUMBER_NAME(STAP_ARG_advice);
}
void text_msync_flag_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x1, "MS_ASYNC"}, {0x2, "MS_INVALIDATE"}, {0x4, "MS_SYNC"},
  };
  CT_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_mlockall_flags_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x1, "MCL_CURRENT"}, {0x2, "MCL_FUTURE"}, {0x4, "MCL_ONFAULT"},
  };
  CT_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_mfd_flags_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x1, "MFD_CLOEXEC"}, {0x2, "MFD_ALLOW_SEALING"}, {0x4, "MFD_HUGETLB"},
  };
  CT_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_mempolicy_mode_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_mode) {
  static const ct_name names[] = {
      {0, "MPOL_DEFAULT"}, {1, "MPOL_PREFERRED"}, {2, "MPOL_BIND"}, {3, "MPOL_INTERLEAVE"},
      {4, "MPOL_LOCAL"}, {5, "MPOL_PREFERRED_MANY"},
  };
  CT_NUMBER_NAME(STAP_ARG_mode);
}
void text__fork_flags(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x80, "CLONE_NEWTIME"}, {0x100, "CLONE_VM"}, {0x200, "CLONE_FS"}, {0x400, "CLONE_FILES"},
      {0x800, "CLONE_SIGHAND"}, {0x1000, "CLONE_PIDFD"}, {0x2000, "CLONE_PTRACE"},
      {0x4000, "CLONE_VFORK"}, {0x8000, "CLONE_PARENT"}, {0x10000, "CLONE_THREAD"},
      {0x20000, "CLONE_NEWNS"}, {0x40000, "CLONE_SYSVSEM"}, {0x80000, "CLONE_SETTLS"},
      {0x100000, "CLONE_PARENT_SETTID"}, {0x200000, "CLONE_CHILD_CLEARTID"},
      {0x400000, "CLONE_DETACHED"}, {0x800000, "CLONE_UNTRACED"},
      {0x1000000, "CLONE_CHILD_SETTID"}, {0x2000000, "CLONE_NEWCGROUP"},
      {0x4000000, "CLONE_NEWUTS"}, {0x8000000, "CLONE_NEWIPC"}, {0x10000000, "CLONE_NEWUSER"},
      {0x20000000, "CLONE_NEWPID"}, {0x40000000, "CLONE_NEWNET"}, {0x80000000, "CLONE_IO"},
  };
  const s64 signal = STAP_ARG_flags & 0x7f; /* sent to the parent at the end; CLONE_NEWTIME is 0x80 */
  const char *name = signal ? sigabbrev_np((int)signal) : nullptr;
  CT_FLAG_NAMES(STAP_ARG_flags & ~0x7fll, "0x0", 0);
  if (name) CT_APPEND("|SIG%s", name);
}
void text_wait4_opt_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_options) {
  static const ct_name names[] = {
      {0x1, "WNOHANG"}, {0x2, "WUNTRACED"}, {0x4, "WEXITED"}, {0x8, "WCONTINUED"},
      {0x1000000, "WNOWAIT"}, {0x20000000, "__WNOTHREAD"}, {0x40000000, "__WALL"},
      {0x80000000, "__WCLONE"},
  };
  CT_FLAG_NAMES(STAP_ARG_options, "0x0", 0);
}
void text_waitid_which_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_which) {
  static const ct_name names[] = {
      {0, "P_ALL"}, {1, "P_PID"}, {2, "P_PGID"}, {3, "P_PIDFD"},
  };
  CT_NUMBER_NAME(STAP_ARG_which);
}
void text_ptrace_request_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_request) {
  static const ct_name names[] = {
      {0, "PTRACE_TRACEME"}, {1, "PTRACE_PEEKTEXT"}, {2, "PTRACE_PEEKDATA"},
      {3, "PTRACE_PEEKUSER"}, {4, "PTRACE_POKETEXT"}, {5, "PTRACE_POKEDATA"},
      {6, "PTRACE_POKEUSER"}, {7, "PTRACE_CONT"}, {8, "PTRACE_KILL"}, {9, "PTRACE_SINGLESTEP"},
      {12, "PTRACE_GETREGS"}, {13, "PTRACE_SETREGS"}, {14, "PTRACE_GETFPREGS"},
      {15, "PTRACE_SETFPREGS"}, {16, "PTRACE_ATTACH"}, {17, "PTRACE_DETACH"},
      {24, "PTRACE_SYSCALL"}, {16896, "PTRACE_SETOPTIONS"}, {16897, "PTRACE_GETEVENTMSG"},
      {16898, "PTRACE_GETSIGINFO"}, {16899, "PTRACE_SETSIGINFO"}, {16900, "PTRACE_GETREGSET"},
      {16901, "PTRACE_SETREGSET"}, {16902, "PTRACE_SEIZE"}, {16903, "PTRACE_INTERRUPT"},
      {16904, "PTRACE_LISTEN"}, {16905, "PTRACE_PEEKSIGINFO"}, {16906, "PTRACE_GETSIGMASK"},
      {16907, "PTRACE_SETSIGMASK"}, {16908, "PTRACE_SECCOMP_GET_FILTER"},
      {16910, "PTRACE_GET_SYSCALL_INFO"}, {30, "PTRACE_ARCH_PRCTL"}, {31, "PTRACE_SYSEMU"},
      {32, "PTRACE_SYSEMU_SINGLESTEP"}, {33, "PTRACE_SINGLEBLOCK"},
  };
  CT_NUMBER_NAME(STAP_ARG_request);
}
void text_prctl_option_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_option) {
  static const ct_name names[] = {
      {1, "PR_SET_PDEATHSIG"}, {2, "PR_GET_PDEATHSIG"}, {3, "PR_GET_DUMPABLE"},
      {4, "PR_SET_DUMPABLE"}, {7, "PR_GET_KEEPCAPS"}, {8, "PR_SET_KEEPCAPS"},
      {13, "PR_GET_TIMING"}, {14, "PR_SET_TIMING"}, {15, "PR_SET_NAME"}, {16, "PR_GET_NAME"},
      {21, "PR_GET_SECCOMP"}, {22, "PR_SET_SECCOMP"}, {23, "PR_CAPBSET_READ"},
      {24, "PR_CAPBSET_DROP"}, {25, "PR_GET_TSC"}, {26, "PR_SET_TSC"}, {27, "PR_GET_SECUREBITS"},
      {28, "PR_SET_SECUREBITS"}, {29, "PR_SET_TIMERSLACK"}, {30, "PR_GET_TIMERSLACK"},
      {33, "PR_MCE_KILL"}, {34, "PR_MCE_KILL_GET"}, {35, "PR_SET_MM"},
      {36, "PR_SET_CHILD_SUBREAPER"}, {37, "PR_GET_CHILD_SUBREAPER"}, {38, "PR_SET_NO_NEW_PRIVS"},
      {39, "PR_GET_NO_NEW_PRIVS"}, {40, "PR_GET_TID_ADDRESS"}, {41, "PR_SET_THP_DISABLE"},
      {42, "PR_GET_THP_DISABLE"}, {47, "PR_CAP_AMBIENT"}, {52, "PR_GET_SPECULATION_CTRL"},
      {53, "PR_SET_SPECULATION_CTRL"}, {1398164801, "PR_SET_VMA"}, {1499557217, "PR_SET_PTRACER"},
  };
  CT_NUMBER_NAME(STAP_ARG_option);
}
void text_rlimit_resource_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_resource) {
  static const ct_name names[] = {
      {0, "RLIMIT_CPU"}, {1, "RLIMIT_FSIZE"}, {2, "RLIMIT_DATA"}, {3, "RLIMIT_STACK"},
      {4, "RLIMIT_CORE"}, {5, "RLIMIT_RSS"}, {6, "RLIMIT_NPROC"}, {7, "RLIMIT_NOFILE"},
      {8, "RLIMIT_MEMLOCK"}, {9, "RLIMIT_AS"}, {10, "RLIMIT_LOCKS"}, {11, "RLIMIT_SIGPENDING"},
      {12, "RLIMIT_MSGQUEUE"}, {13, "RLIMIT_NICE"}, {14, "RLIMIT_RTPRIO"}, {15, "RLIMIT_RTTIME"},
  };
  CT_NUMBER_NAME(STAP_ARG_resource);
}
void text_rusage_who_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_who) {
  static const ct_name names[] = {
      {0, "RUSAGE_SELF"}, {-1, "RUSAGE_CHILDREN"}, {1, "RUSAGE_THREAD"},
  };
  CT_NUMBER_NAME(STAP_ARG_who);
}
void text_priority_which_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_which) {
  static const ct_name names[] = {
      {0, "PRIO_PROCESS"}, {1, "PRIO_PGRP"}, {2, "PRIO_USER"},
  };
  CT_NUMBER_NAME(STAP_ARG_which);
}
void text_sched_policy_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_policy) {
  static const ct_name names[] = {
      {0, "SCHED_OTHER"}, {1, "SCHED_FIFO"}, {2, "SCHED_RR"}, {3, "SCHED_BATCH"},
      {5, "SCHED_IDLE"}, {6, "SCHED_DEADLINE"},
  };
  CT_NUMBER_NAME(STAP_ARG_policy);
}
void text_seccomp_op_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_op) {
  static const ct_name names[] = {
      {0, "SECCOMP_SET_MODE_STRICT"}, {1, "SECCOMP_SET_MODE_FILTER"},
      {2, "SECCOMP_GET_ACTION_AVAIL"}, {3, "SECCOMP_GET_NOTIF_SIZES"},
  };
  CT_NUMBER_NAME(STAP_ARG_op);
}
void text_futex_op_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_op) {
  static const ct_name names[] = {
      {0x0, "FUTEX_WAIT"}, {0x1, "FUTEX_WAKE"}, {0x2, "FUTEX_FD"}, {0x3, "FUTEX_REQUEUE"},
      {0x4, "FUTEX_CMP_REQUEUE"}, {0x5, "FUTEX_WAKE_OP"}, {0x6, "FUTEX_LOCK_PI"},
      {0x7, "FUTEX_UNLOCK_PI"}, {0x8, "FUTEX_TRYLOCK_PI"}, {0x9, "FUTEX_WAIT_BITSET"},
      {0xa, "FUTEX_WAKE_BITSET"}, {0xb, "FUTEX_WAIT_REQUEUE_PI"}, {0xc, "FUTEX_CMP_REQUEUE_PI"},
      {0xd, "FUTEX_LOCK_PI2"},
  };
  CT_NUMBER_NAME(STAP_ARG_op & 0x7f);
  CT_APPEND("%s%s", STAP_ARG_op & 0x80 ? "|FUTEX_PRIVATE_FLAG" : "",
            STAP_ARG_op & 0x100 ? "|FUTEX_CLOCK_REALTIME" : "");
}
void text_get_wc_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_clock) {
  static const ct_name names[] = {
      {0, "CLOCK_REALTIME"}, {1, "CLOCK_MONOTONIC"}, {2, "CLOCK_PROCESS_CPUTIME_ID"},
      {3, "CLOCK_THREAD_CPUTIME_ID"}, {4, "CLOCK_MONOTONIC_RAW"}, {5, "CLOCK_REALTIME_COARSE"},
      {6, "CLOCK_MONOTONIC_COARSE"}, {7, "CLOCK_BOOTTIME"}, {8, "CLOCK_REALTIME_ALARM"},
      {9, "CLOCK_BOOTTIME_ALARM"}, {11, "CLOCK_TAI"},
  };
  CT_NUMBER_NAME(STAP_ARG_clock);
}
void text_timer_abstime_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x1, "TIMER_ABSTIME"},
  };
  CT_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_itimer_which_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_which) {
  static const ct_name names[] = {
      {0, "ITIMER_REAL"}, {1, "ITIMER_VIRTUAL"}, {2, "ITIMER_PROF"},
  };
  CT_NUMBER_NAME(STAP_ARG_which);
}
void text_sigprocmask_how_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_how) {
  static const ct_name names[] = {
      {0, "SIG_BLOCK"}, {1, "SIG_UNBLOCK"}, {2, "SIG_SETMASK"},
  };
  CT_NUMBER_NAME(STAP_ARG_how);
}
void text_getrandom_flags_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x1, "GRND_NONBLOCK"}, {0x2, "GRND_RANDOM"}, {0x4, "GRND_INSECURE"},
  };
  CT_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_bpf_cmd_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_cmd) {
  static const ct_name names[] = {
      {0, "BPF_MAP_CREATE"}, {1, "BPF_MAP_LOOKUP_ELEM"}, {2, "BPF_MAP_UPDATE_ELEM"},
      {3, "BPF_MAP_DELETE_ELEM"}, {4, "BPF_MAP_GET_NEXT_KEY"}, {5, "BPF_PROG_LOAD"},
      {6, "BPF_OBJ_PIN"}, {7, "BPF_OBJ_GET"}, {8, "BPF_PROG_ATTACH"}, {9, "BPF_PROG_DETACH"},
      {10, "BPF_PROG_TEST_RUN"}, {11, "BPF_PROG_GET_NEXT_ID"}, {12, "BPF_MAP_GET_NEXT_ID"},
      {13, "BPF_PROG_GET_FD_BY_ID"}, {14, "BPF_MAP_GET_FD_BY_ID"}, {15, "BPF_OBJ_GET_INFO_BY_FD"},
      {16, "BPF_PROG_QUERY"}, {17, "BPF_RAW_TRACEPOINT_OPEN"}, {18, "BPF_BTF_LOAD"},
      {19, "BPF_BTF_GET_FD_BY_ID"}, {20, "BPF_TASK_FD_QUERY"},
      {21, "BPF_MAP_LOOKUP_AND_DELETE_ELEM"}, {22, "BPF_MAP_FREEZE"}, {23, "BPF_BTF_GET_NEXT_ID"},
      {24, "BPF_MAP_LOOKUP_BATCH"}, {25, "BPF_MAP_LOOKUP_AND_DELETE_BATCH"},
      {26, "BPF_MAP_UPDATE_BATCH"}, {27, "BPF_MAP_DELETE_BATCH"}, {28, "BPF_LINK_CREATE"},
      {29, "BPF_LINK_UPDATE"}, {30, "BPF_LINK_GET_FD_BY_ID"}, {31, "BPF_LINK_GET_NEXT_ID"},
      {32, "BPF_ENABLE_STATS"}, {33, "BPF_ITER_CREATE"}, {34, "BPF_LINK_DETACH"},
      {35, "BPF_PROG_BIND_MAP"},
  };
  CT_NUMBER_NAME(STAP_ARG_cmd);
}

struct Row {
  std::string_view name;
  CallTextFunction function;
};
constexpr Row kRows[] = {
    {"_sys_open_flag_str", text_sys_open_flag_str},
    {"_at_flag_str", text_at_flag_str},
    {"_access_mode_str", text_access_mode_str},
    {"_statx_mask_str", text_statx_mask_str},
    {"_renameat2_flags_str", text_renameat2_flags_str},
    {"_xattr_flags_str", text_xattr_flags_str},
    {"_mountflags_str", text_mountflags_str},
    {"_umountflags_str", text_umountflags_str},
    {"_inotify_init_flags_str", text_inotify_init_flags_str},
    {"_inotify_watch_mask_str", text_inotify_watch_mask_str},
    {"_mknod_mode_str", text_mknod_mode_str},
    {"_seek_whence_str", text_seek_whence_str},
    {"_splice_flags_str", text_splice_flags_str},
    {"_preadv2_flags_str", text_preadv2_flags_str},
    {"_fadvice_advice_str", text_fadvice_advice_str},
    {"_fallocate_mode_str", text_fallocate_mode_str},
    {"_sync_file_range_flags_str", text_sync_file_range_flags_str},
    {"_fcntl_cmd_str", text_fcntl_cmd_str},
    {"_flock_cmd_str", text_flock_cmd_str},
    {"_epoll_op_str", text_epoll_op_str},
    {"_sock_family_str", text_sock_family_str},
    {"_sock_type_str", text_sock_type_str},
    {"_sock_flags_str", text_sock_flags_str},
    {"_sock_protocol_inet_str", text_sock_protocol_inet_str},
    {"_sock_protocol_netlink_str", text_sock_protocol_netlink_str},
    {"_msg_flags_str", text_msg_flags_str},
    {"_shutdown_how_str", text_shutdown_how_str},
    {"_sockopt_level_str", text_sockopt_level_str},
    {"_sockopt_optname_socket_str", text_sockopt_optname_socket_str},
    {"_sockopt_optname_tcp_str", text_sockopt_optname_tcp_str},
    {"_semctl_cmd", text_semctl_cmd},
    {"_shmat_flags_str", text_shmat_flags_str},
    {"_ipc_flags_bits_str", text_ipc_flags_bits_str},
    {"_mprotect_prot_str", text_mprotect_prot_str},
    {"_mmap_flags", text_mmap_flags},
    {"_mremap_flags", text_mremap_flags},
    {"_madvice_advice_str", text_madvice_advice_str},
    {"_msync_flag_str", text_msync_flag_str},
    {"_mlockall_flags_str", text_mlockall_flags_str},
    {"_mfd_flags_str", text_mfd_flags_str},
    {"_mempolicy_mode_str", text_mempolicy_mode_str},
    {"__fork_flags", text__fork_flags},
    {"_wait4_opt_str", text_wait4_opt_str},
    {"_waitid_which_str", text_waitid_which_str},
    {"_ptrace_request_str", text_ptrace_request_str},
    {"_prctl_option_str", text_prctl_option_str},
    {"_rlimit_resource_str", text_rlimit_resource_str},
    {"_rusage_who_str", text_rusage_who_str},
    {"_priority_which_str", text_priority_which_str},
    {"_sched_policy_str", text_sched_policy_str},
    {"_seccomp_op_str", text_seccomp_op_str},
    {"_futex_op_str", text_futex_op_str},
    {"_get_wc_str", text_get_wc_str},
    {"_timer_abstime_str", text_timer_abstime_str},
    {"_itimer_which_str", text_itimer_which_str},
    {"_sigprocmask_how_str", text_sigprocmask_how_str},
    {"_getrandom_flags_str", text_getrandom_flags_str},
    {"_bpf_cmd_str", text_bpf_cmd_str},
};

}  // namespace

CallTextFunction call_text_function(std::string_view name) {
  for (const Row& row : kRows)
    if (row.name == name) return row.function;
  return nullptr;
}

const char* signal_name(s64 number) {
  return number > 0 && number < 32 ? ct_signal_names[number] : nullptr;
}

}  // namespace ct

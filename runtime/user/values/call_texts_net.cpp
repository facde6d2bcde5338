// Made by tapsets/tools/gen_call_texts.py from tapsets/flags_net.stp. Do not edit.
// clang-format off
#include "call_texts.h"

#include "runtime/user/harness/names.h"

namespace ct {
namespace {

void text_sock_family_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_family) {
  static const ct_name names[] = {
      {0, "PF_UNSPEC"}, {1, "PF_LOCAL"}, {2, "PF_INET"}, {3, "PF_AX25"}, {4, "PF_IPX"},
      {5, "PF_APPLETALK"}, {6, "PF_NETROM"}, {7, "PF_BRIDGE"}, {8, "PF_ATMPVC"}, {9, "PF_X25"},
      {10, "PF_INET6"}, {11, "PF_ROSE"}, {12, "PF_DECnet"}, {13, "PF_NETBEUI"}, {14, "PF_SECURITY"},
      {15, "PF_KEY"}, {16, "PF_NETLINK"}, {17, "PF_PACKET"}, {18, "PF_ASH"}, {19, "PF_ECONET"},
      {20, "PF_ATMSVC"}, {21, "PF_RDS"}, {22, "PF_SNA"}, {23, "PF_IRDA"}, {24, "PF_PPPOX"},
      {25, "PF_WANPIPE"}, {26, "PF_LLC"}, {27, "PF_IB"}, {28, "PF_MPLS"}, {29, "PF_CAN"},
      {30, "PF_TIPC"}, {31, "PF_BLUETOOTH"}, {32, "PF_IUCV"}, {33, "PF_RXRPC"}, {34, "PF_ISDN"},
      {35, "PF_PHONET"}, {36, "PF_IEEE802154"}, {37, "PF_CAIF"}, {38, "PF_ALG"}, {39, "PF_NFC"},
      {40, "PF_VSOCK"}, {41, "PF_KCM"}, {42, "PF_QIPCRTR"}, {43, "PF_SMC"}, {44, "PF_XDP"},
      {45, "PF_MCTP"},
  };
  CT_NUMBER_NAME(STAP_ARG_family);
}
void text_sock_type_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_type) {
  static const ct_name names[] = {
      {0x1, "SOCK_STREAM"}, {0x2, "SOCK_DGRAM"}, {0x3, "SOCK_RAW"}, {0x4, "SOCK_RDM"},
      {0x5, "SOCK_SEQPACKET"}, {0x6, "SOCK_DCCP"}, {0xa, "SOCK_PACKET"},
  };
  static const ct_name flags[] = {{0x80000, "SOCK_CLOEXEC"}, {0x800, "SOCK_NONBLOCK"}};
  const char *name = nullptr;
  for (const ct_name &row : names)
    if (row.value == (STAP_ARG_type & 0xf)) name = row.name;
  s64 rest = STAP_ARG_type & 0xffffffff;
  STAP_RETVALUE[0] = 0;
  if (name) CT_APPEND("%s", name);
  if (name) rest &= ~0xfll;
  for (const ct_name &flag : flags) {
    if (rest & flag.value) CT_APPEND("%s%s", *STAP_RETVALUE ? "|" : "", flag.name);
    rest &= ~flag.value;
  }
  if (rest || !*STAP_RETVALUE) CT_APPEND("%s0x%llx", *STAP_RETVALUE ? "|" : "", rest);
}
void text_sock_flags_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x80000, "SOCK_CLOEXEC"}, {0x800, "SOCK_NONBLOCK"},
  };
  CT_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_sock_protocol_inet_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_protocol) {
  static const ct_name names[] = {
      {0, "IPPROTO_IP"}, {1, "IPPROTO_ICMP"}, {2, "IPPROTO_IGMP"}, {4, "IPPROTO_IPIP"},
      {6, "IPPROTO_TCP"}, {8, "IPPROTO_EGP"}, {12, "IPPROTO_PUP"}, {17, "IPPROTO_UDP"},
      {22, "IPPROTO_IDP"}, {29, "IPPROTO_TP"}, {33, "IPPROTO_DCCP"}, {41, "IPPROTO_IPV6"}, {46, "IPPROTO_RSVP"},
      {47, "IPPROTO_GRE"}, {50, "IPPROTO_ESP"}, {51, "IPPROTO_AH"}, {92, "IPPROTO_MTP"}, {98, "IPPROTO_ENCAP"}, {103, "IPPROTO_PIM"},
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
      {0x10, "MSG_PROBE"}, {0x20, "MSG_TRUNC"}, {0x40, "MSG_DONTWAIT"}, {0x80, "MSG_EOR"},
      {0x100, "MSG_WAITALL"}, {0x200, "MSG_FIN"}, {0x400, "MSG_SYN"}, {0x800, "MSG_CONFIRM"},
      {0x1000, "MSG_RST"}, {0x2000, "MSG_ERRQUEUE"}, {0x4000, "MSG_NOSIGNAL"},
      {0x8000, "MSG_MORE"}, {0x10000, "MSG_WAITFORONE"}, {0x20000, "MSG_SENDPAGE_NOTLAST"},
      {0x40000, "MSG_BATCH"}, {0x80000, "MSG_NO_SHARED_FRAGS"}, {0x4000000, "MSG_ZEROCOPY"},
      {0x20000000, "MSG_FASTOPEN"}, {0x40000000, "MSG_CMSG_CLOEXEC"},
      {0x80000000, "MSG_CMSG_COMPAT"},
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
      {22, "SO_SECURITY_AUTHENTICATION"}, {23, "SO_SECURITY_ENCRYPTION_TRANSPORT"},
      {24, "SO_SECURITY_ENCRYPTION_NETWORK"}, {25, "SO_BINDTODEVICE"}, {26, "SO_ATTACH_FILTER"},
      {27, "SO_DETACH_FILTER"}, {28, "SO_PEERNAME"}, {29, "SO_TIMESTAMP"}, {30, "SO_ACCEPTCONN"},
      {31, "SO_PEERSEC"}, {32, "SO_SNDBUFFORCE"}, {33, "SO_RCVBUFFORCE"}, {34, "SO_PASSSEC"},
      {35, "SO_TIMESTAMPNS"}, {36, "SO_MARK"}, {37, "SO_TIMESTAMPING"}, {38, "SO_PROTOCOL"},
      {39, "SO_DOMAIN"}, {40, "SO_RXQ_OVFL"}, {41, "SO_WIFI_STATUS"}, {42, "SO_PEEK_OFF"},
      {43, "SO_NOFCS"}, {44, "SO_LOCK_FILTER"}, {45, "SO_SELECT_ERR_QUEUE"}, {46, "SO_BUSY_POLL"},
      {47, "SO_MAX_PACING_RATE"}, {48, "SO_BPF_EXTENSIONS"}, {49, "SO_INCOMING_CPU"},
      {50, "SO_ATTACH_BPF"}, {51, "SO_ATTACH_REUSEPORT_CBPF"}, {52, "SO_ATTACH_REUSEPORT_EBPF"},
      {53, "SO_CNX_ADVICE"}, {55, "SO_MEMINFO"}, {56, "SO_INCOMING_NAPI_ID"}, {57, "SO_COOKIE"},
      {59, "SO_PEERGROUPS"}, {60, "SO_ZEROCOPY"}, {61, "SO_TXTIME"}, {62, "SO_BINDTOIFINDEX"},
      {63, "SO_TIMESTAMP_NEW"}, {64, "SO_TIMESTAMPNS_NEW"}, {65, "SO_TIMESTAMPING_NEW"},
      {66, "SO_RCVTIMEO_NEW"}, {67, "SO_SNDTIMEO_NEW"}, {68, "SO_DETACH_REUSEPORT_BPF"},
      {69, "SO_PREFER_BUSY_POLL"}, {70, "SO_BUSY_POLL_BUDGET"}, {71, "SO_NETNS_COOKIE"},
      {72, "SO_BUF_LOCK"}, {73, "SO_RESERVE_MEM"}, {74, "SO_TXREHASH"}, {75, "SO_RCVMARK"},
      {76, "SO_PASSPIDFD"}, {77, "SO_PEERPIDFD"}, {78, "SO_DEVMEM_LINEAR"},
      {79, "SO_DEVMEM_DMABUF"}, {80, "SO_DEVMEM_DONTNEED"}, {82, "SO_RCVPRIORITY"},
      {83, "SO_PASSRIGHTS"}, {84, "SO_INQ"},
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
      {17, "SETALL"}, {18, "SEM_STAT"}, {19, "SEM_INFO"}, {20, "SEM_STAT_ANY"},
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
void text_shmctl_cmd_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_cmd) {
  static const ct_name names[] = {
      {0, "IPC_RMID"}, {1, "IPC_SET"}, {2, "IPC_STAT"}, {3, "IPC_INFO"}, {11, "SHM_LOCK"},
      {12, "SHM_UNLOCK"}, {13, "SHM_STAT"}, {14, "SHM_INFO"}, {15, "SHM_STAT_ANY"},
  };
  CT_NUMBER_NAME(STAP_ARG_cmd);
}
void text_msgctl_cmd_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_cmd) {
  static const ct_name names[] = {
      {0, "IPC_RMID"}, {1, "IPC_SET"}, {2, "IPC_STAT"}, {3, "IPC_INFO"}, {11, "MSG_STAT"},
      {12, "MSG_INFO"}, {13, "MSG_STAT_ANY"},
  };
  CT_NUMBER_NAME(STAP_ARG_cmd);
}
void text_msgrcv_flags_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x1000, "MSG_NOERROR"}, {0x2000, "MSG_EXCEPT"}, {0x800, "IPC_NOWAIT"}, {0x4000, "MSG_COPY"},
  };
  CT_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_shmget_flags_bits_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x200, "IPC_CREAT"}, {0x400, "IPC_EXCL"}, {0x800, "SHM_HUGETLB"}, {0x1000, "SHM_NORESERVE"},
  };
  CT_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_keyring_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_ring) {
  static const ct_name names[] = {
      {-1, "KEY_SPEC_THREAD_KEYRING"}, {-2, "KEY_SPEC_PROCESS_KEYRING"},
      {-3, "KEY_SPEC_SESSION_KEYRING"}, {-4, "KEY_SPEC_USER_KEYRING"},
      {-5, "KEY_SPEC_USER_SESSION_KEYRING"}, {-6, "KEY_SPEC_GROUP_KEYRING"},
      {-7, "KEY_SPEC_REQKEY_AUTH_KEY"}, {-8, "KEY_SPEC_REQUESTOR_KEYRING"},
  };
  CT_DECIMAL_NAME(STAP_ARG_ring);
}
void text_keyctl_option_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_option) {
  static const ct_name names[] = {
      {0, "KEYCTL_GET_KEYRING_ID"}, {1, "KEYCTL_JOIN_SESSION_KEYRING"}, {2, "KEYCTL_UPDATE"},
      {3, "KEYCTL_REVOKE"}, {4, "KEYCTL_CHOWN"}, {5, "KEYCTL_SETPERM"}, {6, "KEYCTL_DESCRIBE"},
      {7, "KEYCTL_CLEAR"}, {8, "KEYCTL_LINK"}, {9, "KEYCTL_UNLINK"}, {10, "KEYCTL_SEARCH"},
      {11, "KEYCTL_READ"}, {12, "KEYCTL_INSTANTIATE"}, {13, "KEYCTL_NEGATE"},
      {14, "KEYCTL_SET_REQKEY_KEYRING"}, {15, "KEYCTL_SET_TIMEOUT"},
      {16, "KEYCTL_ASSUME_AUTHORITY"}, {17, "KEYCTL_GET_SECURITY"},
      {18, "KEYCTL_SESSION_TO_PARENT"}, {19, "KEYCTL_REJECT"}, {20, "KEYCTL_INSTANTIATE_IOV"},
      {21, "KEYCTL_INVALIDATE"}, {22, "KEYCTL_GET_PERSISTENT"}, {23, "KEYCTL_DH_COMPUTE"},
      {24, "KEYCTL_PKEY_QUERY"}, {25, "KEYCTL_PKEY_ENCRYPT"}, {26, "KEYCTL_PKEY_DECRYPT"},
      {27, "KEYCTL_PKEY_SIGN"}, {28, "KEYCTL_PKEY_VERIFY"}, {29, "KEYCTL_RESTRICT_KEYRING"},
      {30, "KEYCTL_MOVE"}, {31, "KEYCTL_CAPABILITIES"}, {32, "KEYCTL_WATCH_KEY"},
  };
  CT_DECIMAL_NAME(STAP_ARG_option);
}
void text_sockopt_optname_ip_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_option) {
  static const ct_name names[] = {
      {1, "IP_TOS"}, {2, "IP_TTL"}, {3, "IP_HDRINCL"}, {4, "IP_OPTIONS"}, {5, "IP_ROUTER_ALERT"},
      {6, "IP_RECVOPTS"}, {7, "IP_RETOPTS"}, {8, "IP_PKTINFO"}, {9, "IP_PKTOPTIONS"},
      {10, "IP_MTU_DISCOVER"}, {11, "IP_RECVERR"}, {12, "IP_RECVTTL"}, {13, "IP_RECVTOS"},
      {14, "IP_MTU"}, {15, "IP_FREEBIND"}, {16, "IP_IPSEC_POLICY"}, {17, "IP_XFRM_POLICY"},
      {18, "IP_PASSSEC"}, {19, "IP_TRANSPARENT"}, {20, "IP_ORIGDSTADDR"}, {21, "IP_MINTTL"},
      {22, "IP_NODEFRAG"}, {23, "IP_CHECKSUM"}, {24, "IP_BIND_ADDRESS_NO_PORT"},
      {25, "IP_RECVFRAGSIZE"}, {26, "IP_RECVERR_RFC4884"}, {32, "IP_MULTICAST_IF"},
      {33, "IP_MULTICAST_TTL"}, {34, "IP_MULTICAST_LOOP"}, {35, "IP_ADD_MEMBERSHIP"},
      {36, "IP_DROP_MEMBERSHIP"}, {37, "IP_UNBLOCK_SOURCE"}, {38, "IP_BLOCK_SOURCE"},
      {39, "IP_ADD_SOURCE_MEMBERSHIP"}, {40, "IP_DROP_SOURCE_MEMBERSHIP"}, {41, "IP_MSFILTER"},
      {42, "MCAST_JOIN_GROUP"}, {43, "MCAST_BLOCK_SOURCE"}, {44, "MCAST_UNBLOCK_SOURCE"},
      {45, "MCAST_LEAVE_GROUP"}, {46, "MCAST_JOIN_SOURCE_GROUP"}, {47, "MCAST_LEAVE_SOURCE_GROUP"},
      {48, "MCAST_MSFILTER"}, {49, "IP_MULTICAST_ALL"}, {50, "IP_UNICAST_IF"},
      {51, "IP_LOCAL_PORT_RANGE"}, {52, "IP_PROTOCOL"},
  };
  CT_NUMBER_NAME(STAP_ARG_option);
}
void text_sockopt_optname_ipv6_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_option) {
  static const ct_name names[] = {
      {1, "IPV6_ADDRFORM"}, {2, "IPV6_2292PKTINFO"}, {3, "IPV6_2292HOPOPTS"},
      {4, "IPV6_2292DSTOPTS"}, {5, "IPV6_2292RTHDR"}, {6, "IPV6_2292PKTOPTIONS"},
      {7, "IPV6_CHECKSUM"}, {8, "IPV6_2292HOPLIMIT"}, {9, "IPV6_NEXTHOP"}, {10, "IPV6_AUTHHDR"},
      {11, "IPV6_FLOWINFO"}, {16, "IPV6_UNICAST_HOPS"}, {17, "IPV6_MULTICAST_IF"},
      {18, "IPV6_MULTICAST_HOPS"}, {19, "IPV6_MULTICAST_LOOP"}, {20, "IPV6_JOIN_GROUP"},
      {21, "IPV6_LEAVE_GROUP"}, {22, "IPV6_ROUTER_ALERT"}, {23, "IPV6_MTU_DISCOVER"},
      {24, "IPV6_MTU"}, {25, "IPV6_RECVERR"}, {26, "IPV6_V6ONLY"}, {27, "IPV6_JOIN_ANYCAST"},
      {28, "IPV6_LEAVE_ANYCAST"}, {29, "IPV6_MULTICAST_ALL"}, {30, "IPV6_ROUTER_ALERT_ISOLATE"},
      {31, "IPV6_RECVERR_RFC4884"}, {32, "IPV6_FLOWLABEL_MGR"}, {33, "IPV6_FLOWINFO_SEND"},
      {34, "IPV6_IPSEC_POLICY"}, {35, "IPV6_XFRM_POLICY"}, {36, "IPV6_HDRINCL"},
      {49, "IPV6_RECVPKTINFO"}, {50, "IPV6_PKTINFO"}, {51, "IPV6_RECVHOPLIMIT"},
      {52, "IPV6_HOPLIMIT"}, {53, "IPV6_RECVHOPOPTS"}, {54, "IPV6_HOPOPTS"},
      {55, "IPV6_RTHDRDSTOPTS"}, {56, "IPV6_RECVRTHDR"}, {57, "IPV6_RTHDR"},
      {58, "IPV6_RECVDSTOPTS"}, {59, "IPV6_DSTOPTS"}, {60, "IPV6_RECVPATHMTU"},
      {61, "IPV6_PATHMTU"}, {62, "IPV6_DONTFRAG"}, {66, "IPV6_RECVTCLASS"}, {67, "IPV6_TCLASS"},
      {70, "IPV6_AUTOFLOWLABEL"}, {72, "IPV6_ADDR_PREFERENCES"}, {73, "IPV6_MINHOPCOUNT"},
      {74, "IPV6_ORIGDSTADDR"}, {75, "IPV6_TRANSPARENT"}, {76, "IPV6_UNICAST_IF"},
      {77, "IPV6_RECVFRAGSIZE"}, {78, "IPV6_FREEBIND"},
  };
  CT_NUMBER_NAME(STAP_ARG_option);
}
void text_sockopt_optname_udp_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_option) {
  static const ct_name names[] = {
      {1, "UDP_CORK"}, {100, "UDP_ENCAP"}, {101, "UDP_NO_CHECK6_TX"}, {102, "UDP_NO_CHECK6_RX"},
      {103, "UDP_SEGMENT"}, {104, "UDP_GRO"},
  };
  CT_NUMBER_NAME(STAP_ARG_option);
}
void text_sockopt_optname_raw_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_option) {
  static const ct_name names[] = {
      {1, "ICMP_FILTER"},
  };
  CT_NUMBER_NAME(STAP_ARG_option);
}
void text_sockopt_optname_packet_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_option) {
  static const ct_name names[] = {
      {1, "PACKET_ADD_MEMBERSHIP"}, {2, "PACKET_DROP_MEMBERSHIP"}, {3, "PACKET_RECV_OUTPUT"},
      {5, "PACKET_RX_RING"}, {6, "PACKET_STATISTICS"}, {7, "PACKET_COPY_THRESH"},
      {8, "PACKET_AUXDATA"}, {9, "PACKET_ORIGDEV"}, {10, "PACKET_VERSION"}, {11, "PACKET_HDRLEN"},
      {12, "PACKET_RESERVE"}, {13, "PACKET_TX_RING"}, {14, "PACKET_LOSS"}, {15, "PACKET_VNET_HDR"},
      {16, "PACKET_TX_TIMESTAMP"}, {17, "PACKET_TIMESTAMP"}, {18, "PACKET_FANOUT"},
      {19, "PACKET_TX_HAS_OFF"}, {20, "PACKET_QDISC_BYPASS"}, {21, "PACKET_ROLLOVER_STATS"},
      {22, "PACKET_FANOUT_DATA"}, {23, "PACKET_IGNORE_OUTGOING"}, {24, "PACKET_VNET_HDR_SZ"},
  };
  CT_NUMBER_NAME(STAP_ARG_option);
}
void text_sockopt_optname_netlink_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_option) {
  static const ct_name names[] = {
      {1, "NETLINK_ADD_MEMBERSHIP"}, {2, "NETLINK_DROP_MEMBERSHIP"}, {3, "NETLINK_PKTINFO"},
      {4, "NETLINK_BROADCAST_ERROR"}, {5, "NETLINK_NO_ENOBUFS"}, {6, "NETLINK_RX_RING"},
      {7, "NETLINK_TX_RING"}, {8, "NETLINK_LISTEN_ALL_NSID"}, {9, "NETLINK_LIST_MEMBERSHIPS"},
      {10, "NETLINK_CAP_ACK"}, {11, "NETLINK_EXT_ACK"}, {12, "NETLINK_GET_STRICT_CHK"},
  };
  CT_NUMBER_NAME(STAP_ARG_option);
}

constexpr CallText kRows[] = {
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
    {"_shmctl_cmd_str", text_shmctl_cmd_str},
    {"_msgctl_cmd_str", text_msgctl_cmd_str},
    {"_msgrcv_flags_str", text_msgrcv_flags_str},
    {"_shmget_flags_bits_str", text_shmget_flags_bits_str},
    {"_keyring_str", text_keyring_str},
    {"_keyctl_option_str", text_keyctl_option_str},
    {"_sockopt_optname_ip_str", text_sockopt_optname_ip_str},
    {"_sockopt_optname_ipv6_str", text_sockopt_optname_ipv6_str},
    {"_sockopt_optname_udp_str", text_sockopt_optname_udp_str},
    {"_sockopt_optname_raw_str", text_sockopt_optname_raw_str},
    {"_sockopt_optname_packet_str", text_sockopt_optname_packet_str},
    {"_sockopt_optname_netlink_str", text_sockopt_optname_netlink_str},
};

}  // namespace

std::span<const CallText> call_texts_of_net() {
  return kRows;
}

}  // namespace ct

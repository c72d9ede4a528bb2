# Carries frames between two interfaces, each of them later by a time, some of them not at all: what the kernel's netem does, for kernels
# that have none. Frames go through as they are, with what the sender left to the hardware (checksums, segmentation) said beside them.
#
#   relay.pl ONE OTHER MILLISECONDS PERCENT
use strict;
use warnings;
use Errno qw(EINTR ENETDOWN ENOBUFS);
use Socket;
use Time::HiRes qw(clock_gettime CLOCK_MONOTONIC);

use constant {
  AF_PACKET => 17, SOL_PACKET => 263, PACKET_VNET_HDR => 15, ETH_P_ALL => 0x0003, PACKET_OUTGOING => 4,
  SIOCGIFINDEX => 0x8933,
  # A head of 10 bytes, then a frame, which may be 64 KiB of segments.
  FRAME => 10 + 14 + 65536 + 64,
  # What a fast link sends in a long delay; what is beyond it is lost, as on a full switch.
  LONGEST_QUEUE => 100_000,
};

my ($one, $other, $delay, $loss) = @ARGV;
$delay /= 1000;
my @sockets = map { opened($_) } $one, $other;
my @queue;    # [when, from which socket it came, frame], in the order of when
$| = 1;
print "relaying $one and $other\n";

while (1) {
  my $now = clock_gettime(CLOCK_MONOTONIC);
  while (@queue && $queue[0][0] <= $now) {
    my (undef, $from, $frame) = @{ shift @queue };
    send($sockets[1 - $from], $frame, 0);    # one that is down takes nothing: then it is lost
  }
  my $ready = '';
  vec($ready, fileno($_), 1) = 1 for @sockets;
  my $found = select($ready, undef, undef, @queue ? $queue[0][0] - $now : undef);
  if ($found < 0) { next if $! == EINTR; die "select: $!" }
  next unless $found;
  $now = clock_gettime(CLOCK_MONOTONIC);
  for my $from (0, 1) {
    take($from, $now) if vec($ready, fileno($sockets[$from]), 1);
  }
}

# All that is there, up to a number that leaves the other side its turn.
sub take {
  my ($from, $now) = @_;
  for (1 .. 64) {
    my $sender = recv($sockets[$from], my $frame, FRAME, Socket::MSG_DONTWAIT());
    unless (defined $sender) {
      exit 0 unless $!{EAGAIN} || $! == EINTR || $! == ENETDOWN;    # the interface is gone
      return;
    }
    my $type = (unpack 'S n i S C', $sender)[4];
    next if $type == PACKET_OUTGOING || @queue >= LONGEST_QUEUE || rand(100) < $loss;
    push @queue, [$now + $delay, $from, $frame];
  }
}

sub opened {
  my ($interface) = @_;
  socket(my $socket, AF_PACKET, SOCK_RAW, unpack('S', pack('n', ETH_P_ALL))) or die "socket: $!";
  my $request = pack 'a16 x24', $interface;
  ioctl($socket, SIOCGIFINDEX, $request) or die "$interface: $!";
  my $index = (unpack 'a16 i', $request)[1];
  setsockopt($socket, SOL_PACKET, PACKET_VNET_HDR, pack 'i', 1) or die "$interface: $!";
  setsockopt($socket, SOL_SOCKET, SO_RCVBUF, pack 'i', 16 << 20);
  bind($socket, pack 'S n i S C C a8', AF_PACKET, ETH_P_ALL, $index, 0, 0, 0, '') or die "$interface: $!";
  # What came before it was bound to the one interface came from any.
  while (defined recv($socket, my $stray, FRAME, Socket::MSG_DONTWAIT())) { }
  return $socket;
}

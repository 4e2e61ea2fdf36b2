package dev.carillon.transport;

import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.socket.SocketChannel;

/** Sets a new channel up, in either role. */
final class SocketSettings {
  private SocketSettings() {}

  static void apply(Channel link, TcpOptions tcp, EventLoops loops) {
    ChannelConfig config = link.config();
    config.setRecvByteBufAllocator(loops.readsOf(link.eventLoop()));
    config.setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
    if (!(link instanceof SocketChannel)) {
      return; // a Unix domain socket
    }
    config.setOption(ChannelOption.TCP_NODELAY, tcp.noDelay());
    config.setOption(ChannelOption.SO_KEEPALIVE, tcp.keepAlive());
    set(config, ChannelOption.SO_RCVBUF, tcp.receiveBytes());
    set(config, ChannelOption.SO_SNDBUF, tcp.sendBytes());
    if (loops.epoll() && tcp.keepAlive()) {
      set(config, EpollChannelOption.TCP_KEEPIDLE, tcp.keepIdleSeconds());
      set(config, EpollChannelOption.TCP_KEEPINTVL, tcp.keepIntervalSeconds());
      set(config, EpollChannelOption.TCP_KEEPCNT, tcp.keepProbes());
    }
  }

  private static void set(ChannelConfig config, ChannelOption<Integer> option, int value) {
    if (value > 0) {
      config.setOption(option, value);
    }
  }
}

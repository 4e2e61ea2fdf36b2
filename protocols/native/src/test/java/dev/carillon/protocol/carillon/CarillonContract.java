package dev.carillon.protocol.carillon;

import dev.carillon.core.Payload;
import dev.carillon.core.spi.Credentials;
import dev.carillon.core.spi.Opening;
import dev.carillon.core.spi.Protocol;
import dev.carillon.testkit.ProtocolContract;
import dev.carillon.wire.ByteSink;
import dev.carillon.wire.ClientMessage;
import dev.carillon.wire.JsonCodec;
import dev.carillon.wire.WireCodec;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The contract with the frames of one encoding, all written down in JSON. */
abstract class CarillonContract extends ProtocolContract {
  private final Protocol protocol;
  private final WireCodec codec;

  CarillonContract(Protocol protocol, WireCodec codec) {
    this.protocol = protocol;
    this.codec = codec;
  }

  @Override
  protected Protocol protocol() {
    return protocol;
  }

  @Override
  protected Opening opening(Credentials credentials) {
    return new Opening("/ws", Map.of(), protocol.name(), credentials);
  }

  @Override
  protected List<Payload> greeting() {
    return texts("{'op':'connect','id':1}", "{'op':'join','id':2,'room':'chat/lobby'}");
  }

  @Override
  protected Payload publication(String text) {
    return text("{'op':'publish','room':'chat/lobby','type':'text','data':'" + text + "'}");
  }

  @Override
  protected List<Payload> samples() {
    return texts(
        "{'op':'connect','id':1,'token':'t','resume':'r','client':{'name':'n','version':'1'}}",
        "{'op':'join','id':2,'room':'chat/lobby','last':3,'presence':true}",
        "{'op':'join','id':3,'room':'a','from':{'epoch':'0123456789abcdef0123456789abcdef','offset':4}}",
        "{'op':'join','id':4,'room':'b','since':1700000000000}",
        "{'op':'join','id':5,'room':'c','from':{'epoch':'e1','offset':4},'filter':'x','name':'n'}",
        "{'op':'leave','id':6,'room':'chat/lobby'}",
        "{'op':'publish','id':7,'room':'chat/lobby','event':'say','type':'json','data':{'a':[1,2]},"
            + "'tags':{'k':'v'},'key':'k','priority':'high'}",
        "{'op':'publish','id':8,'room':'chat/lobby','type':'binary','data':'AAEC','publisher':'p',"
            + "'incarnation':1,'sequence':1}",
        "{'op':'publish','id':9,'user':'bob','type':'text','data':'psst'}",
        "{'op':'publish','id':10,'global':true,'type':'text','data':'all','ttl':5,'echo':false}",
        "{'op':'ack','room':'chat/lobby','offset':1}",
        "{'op':'nack','room':'chat/lobby','offset':1,'reason':'no'}",
        "{'op':'history','id':11,'room':'chat/lobby','last':5,'limit':10}",
        "{'op':'history','id':12,'room':'chat/lobby','order':'newest','compact':true}",
        "{'op':'members','id':13,'room':'chat/lobby'}",
        "{'op':'state','id':14,'room':'chat/lobby','type':'json','data':{'mood':'fine'}}",
        "{'op':'call','id':15,'event':'sum','type':'json','data':[1,2],'timeout':100}",
        "{'op':'reply','id':16,'type':'json','data':3}",
        "{'op':'refresh','id':17,'token':'t2'}",
        "{'op':'ping','id':18}");
  }

  @Override
  protected List<Payload> unknown() {
    return Stream.of("{'op':'dance','id':9}", "{'op':'dance'}", "{}", "[]", "1", "nonsense", "")
        .map(frame -> Payload.text(frame.replace('\'', '"')))
        .toList();
  }

  private List<Payload> texts(String... frames) {
    return Stream.of(frames).map(this::text).toList();
  }

  /** The message in this encoding. */
  private Payload text(String frame) {
    byte[] json = frame.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    ByteSink sink = new ByteSink(json.length);
    if (!(new JsonCodec().decodeClient(ByteBuffer.wrap(json)) instanceof ClientMessage message)) {
      throw new IllegalArgumentException(frame);
    }
    codec.encode(message, sink);
    Payload.Kind kind = codec.text() ? Payload.Kind.TEXT : Payload.Kind.BINARY;
    return new Payload(kind, sink.toByteArray());
  }
}

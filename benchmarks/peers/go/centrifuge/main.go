// A server on centrifuge, the library under Centrifugo, with its own protocol in JSON at
// /connection/websocket: who is nobody in particular may subscribe and publish.
//
//	centrifuge PORT [deflate]
package main

import (
	"context"
	"log"
	"net/http"
	"os"

	"github.com/centrifugal/centrifuge"
)

func main() {
	node, err := centrifuge.New(centrifuge.Config{ClientQueueMaxSize: 256 << 20})
	if err != nil {
		log.Fatal(err)
	}
	node.OnConnecting(func(context.Context, centrifuge.ConnectEvent) (centrifuge.ConnectReply, error) {
		return centrifuge.ConnectReply{Credentials: &centrifuge.Credentials{}}, nil
	})
	node.OnConnect(func(client *centrifuge.Client) {
		client.OnSubscribe(func(_ centrifuge.SubscribeEvent, answer centrifuge.SubscribeCallback) {
			answer(centrifuge.SubscribeReply{}, nil)
		})
		client.OnPublish(func(_ centrifuge.PublishEvent, answer centrifuge.PublishCallback) {
			answer(centrifuge.PublishReply{}, nil)
		})
	})
	if err := node.Run(); err != nil {
		log.Fatal(err)
	}
	http.Handle("/", centrifuge.NewWebsocketHandler(node, centrifuge.WebsocketConfig{
		Compression:        len(os.Args) > 2 && os.Args[2] == "deflate",
		CompressionMinSize: 64,
		CheckOrigin:        func(*http.Request) bool { return true },
		MessageSizeLimit:   1 << 20,
		PingPongConfig:     centrifuge.PingPongConfig{PingInterval: -1},
	}))
	log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Args[1], nil))
}

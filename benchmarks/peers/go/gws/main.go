// A server on gws: echoes, but in /rooms/{room} it says to everybody what one says.
//
//	gws PORT [deflate]
package main

import (
	"log"
	"net/http"
	"os"
	"strings"
	"sync"

	"github.com/lxzan/gws"
)

type room struct {
	lock    sync.Mutex
	members map[*gws.Conn]struct{}
}

type handler struct {
	gws.BuiltinEventHandler
	lock  sync.Mutex
	rooms map[string]*room
}

func (h *handler) roomOf(path string) *room {
	h.lock.Lock()
	defer h.lock.Unlock()
	found := h.rooms[path]
	if found == nil {
		found = &room{members: map[*gws.Conn]struct{}{}}
		h.rooms[path] = found
	}
	return found
}

func (h *handler) OnOpen(socket *gws.Conn) {
	if value, ok := socket.Session().Load("room"); ok {
		in := value.(*room)
		in.lock.Lock()
		in.members[socket] = struct{}{}
		in.lock.Unlock()
	}
}

func (h *handler) OnClose(socket *gws.Conn, err error) {
	if value, ok := socket.Session().Load("room"); ok {
		in := value.(*room)
		in.lock.Lock()
		delete(in.members, socket)
		in.lock.Unlock()
	}
}

func (h *handler) OnMessage(socket *gws.Conn, message *gws.Message) {
	defer message.Close()
	value, ok := socket.Session().Load("room")
	if !ok {
		_ = socket.WriteMessage(message.Opcode, message.Bytes())
		return
	}
	in := value.(*room)
	broadcaster := gws.NewBroadcaster(message.Opcode, message.Bytes())
	defer broadcaster.Close()
	in.lock.Lock()
	defer in.lock.Unlock()
	for member := range in.members {
		_ = broadcaster.Broadcast(member)
	}
}

func main() {
	h := &handler{rooms: map[string]*room{}}
	upgrader := gws.NewUpgrader(h, &gws.ServerOption{
		PermessageDeflate: gws.PermessageDeflate{
			Enabled:               len(os.Args) > 2 && os.Args[2] == "deflate",
			ServerContextTakeover: false,
			ClientContextTakeover: false,
		},
		Authorize: func(request *http.Request, session gws.SessionStorage) bool {
			if strings.HasPrefix(request.URL.Path, "/rooms/") {
				session.Store("room", h.roomOf(request.URL.Path))
			}
			return true
		},
	})
	http.HandleFunc("/", func(writer http.ResponseWriter, request *http.Request) {
		socket, err := upgrader.Upgrade(writer, request)
		if err == nil {
			go socket.ReadLoop()
		}
	})
	log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Args[1], nil))
}

// Follows a thing with graphql-ws until a version, breaking its connection after every few
// items; then prints what it saw as JSON. Arguments: URL, id, last version, how many items a
// connection gets, "browser" or "wx". Environment: FIELD, if another than stationChanged is followed,
// and TOKEN, if somebody is signed in.
const { createClient } = require('graphql-ws');
const WebSocket = require('ws');

const [url, id, last, breakAfter, shape] = process.argv.slice(2);
const field = process.env.FIELD || 'stationChanged';
const token = process.env.TOKEN;

// What wx.connectSocket returns: a SocketTask, whose handlers are given by on… methods.
function connectSocket({ url, protocols }) {
  const socket = new WebSocket(url, protocols);
  return {
    onOpen: (handle) => socket.on('open', () => handle({ header: {} })),
    onMessage: (handle) => socket.on('message', (data) => handle({ data: data.toString() })),
    onClose: (handle) => socket.on('close', (code, reason) =>
      handle({ code, reason: reason.toString() })),
    onError: (handle) => socket.on('error', (error) => handle({ errMsg: error.message })),
    send: ({ data }) => socket.send(data),
    close: ({ code, reason } = {}) => socket.close(code, reason),
    terminate: () => socket.terminate(),
  };
}

// The least that graphql-ws needs of a WebSocket, made of a SocketTask.
class MiniProgramSocket {
  static CONNECTING = 0;
  static OPEN = 1;
  static CLOSING = 2;
  static CLOSED = 3;

  constructor(url, protocol) {
    this.protocol = protocol;
    this.readyState = MiniProgramSocket.CONNECTING;
    this.task = connectSocket({ url, protocols: [protocol] });
    this.task.onOpen(() => { this.readyState = MiniProgramSocket.OPEN; this.onopen?.({}); });
    this.task.onMessage(({ data }) => this.onmessage?.({ data }));
    this.task.onError(({ errMsg }) => this.onerror?.(new Error(errMsg)));
    this.task.onClose(({ code, reason }) => {
      this.readyState = MiniProgramSocket.CLOSED;
      this.onclose?.({ code, reason, wasClean: code === 1000 });
    });
  }

  send(data) { this.task.send({ data }); }
  close(code, reason) { this.task.close({ code, reason }); }
  terminate() { this.task.terminate(); }
}

let seen = 0, connections = 0, items = 0, isBroken = false, socket;
const versions = [];
const client = createClient({
  url,
  webSocketImpl: shape === 'wx' ? MiniProgramSocket : WebSocket,
  connectionParams: token ? { token } : {},
  retryAttempts: 100,
  retryWait: async () => {},
  shouldRetry: () => true,
  on: {
    connected: (opened) => { connections += 1; isBroken = false; socket = opened; },
  },
});

const query = `subscription ($id: ID!, $after: Int) {
  ${field}(id: $id, after: $after) { kind position event { version } }
}`;

// The variables are asked for anew at every connection: they say what was seen last.
const variables = { id, get after() { return seen; } };

client.subscribe({ query, variables }, {
  next: ({ data, errors }) => {
    if (errors) throw new Error(JSON.stringify(errors));
    const { position, event } = data[field];
    // What was on its way when the network broke never came.
    if (isBroken || position <= seen) return;
    seen = position;
    versions.push(event.version);
    items += 1;
    if (event.version === Number(last)) {
      client.dispose();
      console.log(JSON.stringify({ versions, connections }));
      setTimeout(() => process.exit(0), 100);
    } else if (items % Number(breakAfter) === 0) {
      isBroken = true;
      socket.terminate();
    }
  },
  error: (error) => { console.error('error', error); process.exit(1); },
  complete: () => {},
});
client.on('connected', () => { if (connections === 1) console.log('following'); });

// Speaks SMTP as a file says: JSON from standard input, one list of lines for each session. Prints the replies as JSON.
// `from` is the address of the client. A line is sent as it is. STARTTLS begins TLS after its reply.
const net = require('node:net');
const tls = require('node:tls');
const { readFileSync } = require('node:fs');

async function talk({ host = '127.0.0.1', from, port, isTls = false, lines }) {
  const insecure = { rejectUnauthorized: false };
  const place = { host, port, localAddress: from };
  let socket = isTls ? tls.connect({ ...place, ...insecure }) : net.connect(place);
  let buffer = '';
  let wake = () => undefined;
  const listen = () => {
    socket.on('data', (bytes) => {
      buffer += bytes.toString('latin1');
      wake();
    });
    for (const end of ['close', 'error']) socket.on(end, () => wake());
  };
  listen();
  const reply = async () => {
    for (;;) {
      const found = /^(?:\d{3}-[^\n]*\n)*\d{3} [^\n]*\n/.exec(buffer);
      if (found !== null) {
        buffer = buffer.slice(found[0].length);
        return found[0].trim();
      }
      if (socket.destroyed || socket.readableEnded) return 'closed';
      await new Promise((resolve) => {
        wake = resolve;
      });
    }
  };
  const replies = [await reply()];
  for (const line of lines) {
    if (socket.destroyed) break;
    socket.write(`${line}\r\n`, 'latin1');
    replies.push(await reply());
    if (line === 'STARTTLS') {
      socket.removeAllListeners();
      socket = tls.connect({ socket, ...insecure });
      await new Promise((resolve) => socket.once('secureConnect', resolve));
      listen();
    }
  }
  socket.destroy();
  return replies;
}

(async () => {
  const all = [];
  for (const session of JSON.parse(readFileSync(0, 'utf8'))) all.push(await talk(session));
  process.stdout.write(JSON.stringify(all));
})();

// Hands messages to Exim whose headers are as large as a stranger likes, and measures what that costs. Reads JSON from
// standard input: a list of [name of a header, way to fill it]. Prints for each the reply, the milliseconds until it, and the
// largest memory of a process of Exim (KiB).
const net = require('node:net');
const { readdirSync, readFileSync } = require('node:fs');

const SIZE = 1_000_000;
const times = (text) => {
  const parts = [];
  for (let length = 0, at = 0; length < SIZE; at++) {
    parts.push(text(at));
    length += parts.at(-1).length;
  }
  return parts.join('');
};
const ways = {
  'one word': (name) => `${name}: ${'x'.repeat(SIZE)}\r\n`,
  words: (name) => `${name}: ${times(() => '=?utf-8?q?=41=42?=\r\n ')}x\r\n`,
  addresses: (name) => `${name}: ${times((at) => `a@d${at}.example,\r\n `)}a@b.example\r\n`,
  'many headers': (name) => times((at) => `${name}: a@d${at}.example\r\n`),
  'few addresses': (name) =>
    `${name}: ${Array.from({ length: 10_000 }, (_, at) => `a@${at}.cc`).join(',\r\n ')}\r\n`,
  signatures: (name) =>
    times(
      (at) =>
        `${name}: v=1; a=rsa-sha256; d=d${at}.example; s=s; c=relaxed/relaxed; h=from; bh=${'A'.repeat(43)}=; b=${'A'.repeat(172)}\r\n`,
    ),
};

/** By process: the most memory that it has had. */
const peaks = new Map();
function look() {
  for (const pid of readdirSync('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    try {
      if (readFileSync(`/proc/${pid}/comm`, 'utf8') !== 'exim4\n') continue;
      const peak = /^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
      peaks.set(pid, Math.max(peaks.get(pid) ?? 0, Number(peak ?? 0)));
    } catch {
      // It has ended.
    }
  }
}

function send([name, way]) {
  return new Promise((resolve) => {
    const from = name === 'From' ? '' : 'From: ann@world.example\r\n';
    const text = `${from}${ways[way](name)}\r\nText\r\n.\r\n`;
    const lines = ['EHLO there\r\n', 'MAIL FROM:<>\r\n', 'RCPT TO:<hole@eve.example>\r\n', 'DATA\r\n', text];
    const socket = net.connect(25, '127.0.0.1');
    const begun = Date.now();
    let said = '';
    const end = (reply) => {
      look();
      clearInterval(timer);
      socket.destroy();
      resolve({ name, way, reply, ms: Date.now() - begun, kib: Math.max(...peaks.values()) });
    };
    const timer = setInterval(look, 50);
    peaks.clear();
    socket.on('error', () => undefined).on('close', () => end(`closed ${said}`));
    socket.on('data', (bytes) => {
      said += bytes.toString('latin1');
      if (!/^\d{3} [^\n]*\n$/m.test(said)) return;
      const reply = said.trim();
      said = '';
      const line = lines.shift();
      if (line === undefined || /^[45]/.test(reply)) end(reply);
      else socket.write(line);
    });
  });
}

(async () => {
  const all = [];
  for (const one of JSON.parse(readFileSync(0, 'utf8'))) all.push(await send(one));
  process.stdout.write(JSON.stringify(all));
})();

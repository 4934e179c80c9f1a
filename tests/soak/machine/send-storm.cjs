// Sends mail until it is told to stop: a line on standard input, or its end. Each message has a number, and goes one of four
// ways. Writes the number of each message that a server has accepted into a file, with a flush, before the next one.
// Usage: node send-storm.cjs FILE MESSAGES_A_SECOND PASSWORD
const net = require('node:net');
const tls = require('node:tls');
const { spawn } = require('node:child_process');
const { fsyncSync, openSync, writeSync } = require('node:fs');

const [, , file, rate, password] = process.argv;
const accepted = openSync(file, 'a');
const MAILBOXES = 5;
const box = (number) => `box${number % MAILBOXES}`;
/** A server that does not respond is asked again with the next message. */
const LIMIT_MS = 60_000;

function letter(number, from) {
  return [`From: <${from}>`, `Subject: storm-${number}`, '', `Message ${number}.`, '.'].join('\r\n');
}

/** @returns whether the server took the message over: its reply to the last line is good, as all others are. */
function session({ port, isTls, lines }) {
  return new Promise((resolve) => {
    const options = { host: '127.0.0.1', port };
    const socket = isTls ? tls.connect({ ...options, rejectUnauthorized: false }) : net.connect(options);
    let sent = 0;
    let buffer = '';
    const end = (isAccepted) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(isAccepted);
    };
    const timer = setTimeout(end, LIMIT_MS, false);
    for (const event of ['close', 'error']) socket.on(event, () => end(false));
    socket.on('data', (bytes) => {
      buffer += bytes.toString('latin1');
      for (;;) {
        const [reply, code = ''] = /^(?:\d{3}-[^\n]*\n)*(\d{3}) [^\n]*\n/.exec(buffer) ?? [];
        if (reply === undefined) return;
        buffer = buffer.slice(reply.length);
        if (!/^[23]/.test(code)) return end(false);
        if (sent === lines.length) return end(true);
        socket.write(`${lines[sent]}\r\n`, 'latin1');
        sent += 1;
      }
    });
  });
}

function command(number) {
  return new Promise((resolve) => {
    const words = ['-u', 'bob', '--', '/usr/sbin/sendmail', '-i', `${box(number)}@eve.example`];
    const child = spawn('runuser', words, { stdio: ['pipe', 'ignore', 'ignore'] });
    child.on('error', () => resolve(false));
    child.on('close', (status) => resolve(status === 0));
    child.stdin.on('error', () => undefined);
    child.stdin.end(`Subject: storm-${number}\n\nMessage ${number}.\n`);
  });
}

const ways = [
  // A mailbox, with its password, over TLS.
  (number) => {
    const from = `${box(number)}@bob.example`;
    const login = Buffer.from(`\0${from}\0${password}`).toString('base64');
    return session({
      port: 465,
      isTls: true,
      lines: [
        'EHLO c.test',
        `AUTH PLAIN ${login}`,
        `MAIL FROM:<${from}>`,
        `RCPT TO:<${box(number)}@eve.example>`,
        'DATA',
        letter(number, from),
      ],
    });
  },
  // Another server.
  (number) =>
    session({
      port: 25,
      lines: [
        'EHLO c.test',
        'MAIL FROM:<ann@world.example>',
        `RCPT TO:<${box(number)}@bob.example>`,
        'DATA',
        letter(number, 'ann@world.example'),
      ],
    }),
  // A program of the account.
  command,
  // Another server, to an address that is forwarded.
  (number) =>
    session({
      port: 25,
      lines: [
        'EHLO c.test',
        'MAIL FROM:<ann@world.example>',
        `RCPT TO:<forwarded@bob.example>`,
        'DATA',
        letter(number, 'ann@world.example'),
      ],
    }),
];

let number = 0;
let underWay = 0;
let isOver = false;
const timer = setInterval(
  () => {
    // A slow machine gets fewer messages, not more connections than Exim accepts.
    if (underWay >= 40) return;
    const own = number++;
    underWay += 1;
    void ways[own % ways.length](own).then((isAccepted) => {
      if (isAccepted) {
        writeSync(accepted, `${own}\n`);
        fsyncSync(accepted);
      }
      underWay -= 1;
      if (isOver && underWay === 0) process.exit();
    });
  },
  1000 / Number(rate),
);
function stop() {
  clearInterval(timer);
  isOver = true;
  if (underWay === 0) process.exit();
}
process.stdin.on('data', stop);
process.stdin.on('end', stop);

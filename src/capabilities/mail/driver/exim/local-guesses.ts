// The part of Exim’s rules that slows down guesses of passwords by programs of this server. They share the addresses of
// this server, so each user of the system is counted. Exim tells Dovecot nothing from which that could see the user.

/** An address as the kernel writes it in `/proc/net/tcp` and `tcp6` (proc(5)). */
const ADDRESS = '[0-9A-F]+';
const SOCKETS = '${readfile{/proc/net/tcp}}${if exists{/proc/net/tcp6}{${readfile{/proc/net/tcp6}}}}';

/** Exim cannot write hexadecimal numbers. */
const hexadecimal = (port: string) =>
  [4096, 256, 16, 1].map((unit) => `\${substr{\${eval:${port}/${unit}%16}}{1}{0123456789ABCDEF}}`).join('');
const ends = `: ${ADDRESS}:\\N${hexadecimal('$sender_host_port')}\\N ${ADDRESS}:\\N${hexadecimal('$received_port')}`;
/** Connected, or closed by the client for writing. Then the queues, the timer and what was sent again. */
const CLIENT = `\\N${ends}\\N 0[145] \\S+ \\S+ \\S+ +(\\d+) \\N`;
const UID = `\${if match{${SOCKETS}}{${CLIENT}}{$1}{}}`;

const FAILURES = 5;
const LIMIT = (option: string) => `ratelimit = ${FAILURES} / 1m / per_cmd / ${option} / guesses_$acl_c_uid`;

/** Root, and what has closed its connection, is not counted. A token of webmail is nothing that somebody guesses. */
export const LOCAL_GUESSES = `# An AUTH begins. $acl_c_uid is the user of a program of this server.
check_auth:
  warn  hosts = <; 127.0.0.0/8 ; ::1 ; @[]
        set acl_c_uid = ${UID}
  defer condition = \${if and{{def:acl_c_uid}{!eq{$acl_c_uid}{0}}}}
        condition = \${if !match{$smtp_command_argument}{\\N^(?i)(?:XOAUTH2|OAUTHBEARER|CRAM-MD5)\\b\\N}}
        ${LIMIT('readonly')}
        message = 454 4.7.0 Too many wrong passwords. Try again in a few minutes.
  accept

count_guess:
  warn  condition = \${if and{{def:acl_c_uid}{!eq{$acl_c_uid}{0}}}}
        ${LIMIT('strict')}
  accept

`;
/** For `event_action`. The data is the response. */
export const COUNT_GUESSES =
  '${if and{{eq{$event_name}{auth:fail}}{match{$event_data}{^535}}{inlist{$sender_host_authenticated}{plain:login}}}{${acl{count_guess}}}}';

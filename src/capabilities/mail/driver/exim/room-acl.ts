// The part of Exim’s rules that refuses mail for a full mailbox while its sender is connected. Otherwise Dovecot would refuse
// it later, and Exim would return it to a sender who can be false. Dovecot answers as to Postfix (quota-status). If it does
// not, mail passes. The room of accounts is in a file (`account-room.ts`).
import { ownerOf } from './lookup-expansions.ts';
import { ROOM } from './places.ts';

const SOCKET = '/run/dovecot/quota-exim';
/** What Dovecot answers. */
export const IS_FULL = 'FULL';

/** For the routers of mailboxes: the rules see whose mailbox it is. */
export const asMailbox = (address: string) => `  address_data = ${address}\n`;

const SIZE = '${if >{$message_size}{0}{$message_size}{0}}';
const ANSWER = `\${readsocket{${SOCKET}}{request=smtpd_access_policy\\nprotocol_state=RCPT\\nrecipient=$address_data\\nsize=${SIZE}\\n\\n}{5s}{}{}}`;

const DOMAIN = '${domain:$address_data}';
const ACCOUNT = `\${if eqi{${DOMAIN}}{$primary_hostname}{\${local_part:$address_data}}{${ownerOf(DOMAIN)}}}`;
/** The KiB of the message, and of what Dovecot and Exim need besides. */
const NEEDED = `\${eval:${SIZE}/1024+64}`;
const HAS_ROOM = `\${lookup{${ACCOUNT}}lsearch{${ROOM}}{\${if >={$value}{${NEEDED}}{yes}{no}}}{yes}}`;

/** The addresses of the message that Dovecot was asked for, and those of them that are full, one in each line. */
const ASKED = '$acl_m_room_asked';
const FULL = '$acl_m_room_full';

/**
 * In the rules for recipients, behind their verification, which runs the routers, and behind all that can refuse them:
 * each question starts a process of Dovecot. A mailbox is asked for once for each message.
 */
export const REFUSE_FULL = `  deny  condition = \${if and{{def:address_data}{exists{${ROOM}}}{!bool{${HAS_ROOM}}}}}
        message = 552 5.2.2 The account of the mailbox has no room for the message.
  warn  condition = \${if and{{def:address_data}{!inlist{$address_data}{<\\n ${ASKED}}}}}
        set acl_m_room_asked = ${ASKED}\\n$address_data
        condition = \${if match{${ANSWER}}{\\N^action=${IS_FULL}\\N}}
        set acl_m_room_full = ${FULL}\\n$address_data
  deny  condition = \${if and{{def:address_data}{inlist{$address_data}{<\\n ${FULL}}}}}
        message = 552 5.2.2 The mailbox has no room for the message.
`;

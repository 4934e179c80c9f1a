// The pages of webmail: an account reads its mail. Nothing here changes or sends anything.
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Engine } from '../../core/engine.ts';
import { MachineError } from '../../core/machine-error.ts';
import type { MachineUserFiles } from '../../core/machine-user-files.ts';
import {
  findMessage,
  isFolder,
  INBOX,
  listFolders,
  listMessages,
} from '../../capabilities/mailboxes/rules/maildir.ts';
import { mailboxFor } from '../../capabilities/mailboxes/rules/login.ts';
import { openMaildir, readAddress } from '../../capabilities/mailboxes/rules/mailboxes.ts';
import type { Door } from '../door.ts';
import { queryOf, securityTokenOf } from '../request.ts';
import { renderMailboxPage } from './mailbox-page.ts';
import { renderMessagePage } from './message-page.ts';
import { addPageRoutes, HTML } from './page-routes.ts';
import { sessionOf, type Session } from './session.ts';
import { renderUnreadablePage } from './unreadable-mail-page.ts';

/** What is asked of one message. */
interface MessageRequest {
  readonly reply: FastifyReply;
  readonly session: Session;
  readonly files: MachineUserFiles;
  /** The path of the message’s file, below the Maildir. */
  readonly path: string;
  readonly query: URLSearchParams;
}

export function addWebmailPages(server: FastifyInstance, door: Door): void {
  const { engine } = door.application;
  addPageRoutes(
    server,
    { ...door, service: 'webmaild' },
    {
      mailbox: async (session, query) => {
        const { visitor } = session;
        const folder = query.get('folder') ?? INBOX;
        const page = Number(/^[1-9]\d{0,5}$/.exec(query.get('page') ?? '')?.[0] ?? 1);
        try {
          const files = await filesOf(engine, session);
          const folders = await listFolders(files);
          if (!isFolder(folder)) return renderUnreadablePage(visitor, 'There is no such folder.');
          const shown = await listMessages(files, folder, page);
          return renderMailboxPage(visitor, { folders, folder, page, ...shown });
        } catch (error) {
          if (error instanceof MachineError) return renderUnreadablePage(visitor, error.message);
          throw error;
        }
      },
    },
  );
  addMessageRoute(server, door, 'message', async ({ reply, session, files, path, query }) => {
    const message = await files.readMessage(path);
    if (message === undefined) return sendGone(reply, session);
    return reply.type(HTML).send(renderMessagePage(session.visitor, { message, query }));
  });
  addMessageRoute(server, door, 'attachment', async ({ reply, session, files, path, query }) => {
    const index = /^\d{1,3}$/.exec(query.get('index') ?? '')?.[0];
    const found = index === undefined ? undefined : await files.readAttachment(path, Number(index));
    if (found === undefined) return sendGone(reply, session);
    return reply
      .type('application/octet-stream')
      .header('content-disposition', disposition(found.attachment.name))
      .send(Buffer.from(found.content));
  });
}

function addMessageRoute(
  server: FastifyInstance,
  door: Door,
  name: 'message' | 'attachment',
  answer: (asked: MessageRequest) => Promise<FastifyReply>,
): void {
  const { engine } = door.application;
  server.get(`/:token/${name}`, async (request, reply) => {
    if (securityTokenOf(request) === undefined) return reply.callNotFound();
    const session = await sessionOf(request, door);
    if (session === undefined) return reply.redirect('/', 303);
    const query = new URLSearchParams(queryOf(request));
    try {
      const files = await filesOf(engine, session);
      const path = await findMessage(files, query.get('folder') ?? INBOX, query.get('name') ?? '');
      if (path === undefined) return await sendGone(reply, session);
      return await answer({ reply, session, files, path, query });
    } catch (error) {
      if (!(error instanceof MachineError)) throw error;
      return reply.code(422).type(HTML).send(renderUnreadablePage(session.visitor, error.message));
    }
  });
}

/** @throws MachineError `not_found` if the session’s mailbox is gone, suspended, or has another password since. */
async function filesOf(
  { machine, sha256 }: Engine,
  { caller: { user }, mailbox }: Session,
): Promise<MachineUserFiles> {
  if (mailbox === undefined) return openMaildir(machine, { user });
  const { address, hash } = mailbox;
  const present = await mailboxFor({ machine, sha256 }, user, address);
  if (present === undefined || !Buffer.from(hash).equals(present.hash)) {
    throw new MachineError(
      'not_found',
      `The mailbox ${address} was removed or suspended, or has a new password. Log out, and log in again.`,
    );
  }
  return openMaildir(machine, { user, of: readAddress(address) });
}

async function sendGone(reply: FastifyReply, { visitor }: Session): Promise<FastifyReply> {
  const page = renderUnreadablePage(visitor, 'The message is not there any more. It was moved or deleted.');
  return reply.code(404).type(HTML).send(page);
}

/** The name in the form of RFC 8187, in which every other character is percent-encoded. */
function disposition(name: string): string {
  if (name === '') return 'attachment; filename="attachment"';
  const encoded = encodeURIComponent(name.replace(/\p{Cs}|[/\\]/gu, '_')).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="attachment"; filename*=UTF-8''${encoded}`;
}

// Webmail: the folders of a mailbox, and the messages of one of them.
import {
  PAGE_SIZE,
  type Folder,
  type ListedMessage,
  type MessagePage,
} from '../../capabilities/mailboxes/rules/maildir.ts';
import { html, type Content, type Html } from './html.ts';
import { renderPage, type Visitor } from './layout.ts';
import { messageQuery, renderSize, renderTime } from './message-page.ts';

export interface MailboxPage extends MessagePage {
  readonly folders: readonly Folder[];
  /** The ID of the one that is shown. */
  readonly folder: string;
  /** From 1. */
  readonly page: number;
}

const READ_ONLY = 'You can read your mail here. This server does not send mail.';

export function renderMailboxPage(visitor: Visitor, mailbox: MailboxPage): string {
  const { folders, folder, total, isCut } = mailbox;
  const { base } = visitor;
  const title = folders.find(({ id }) => id === folder)?.title ?? folder.slice(1);
  const main = html`<div class="text-head">
      <h1>${title}</h1>
      <a href="${base}/${folderQuery(folder)}">Refresh</a>
    </div>
    <p class="lead">${READ_ONLY}</p>
    <div class="mailbox">
      <nav class="folders" aria-label="Folders">
        <ul>
          ${folders.map(
            ({ id, title: name }) =>
              html`<li>
                <a href="${base}/${folderQuery(id)}" ${id === folder && html`aria-current="page"`}>${name}</a>
              </li>`,
          )}
        </ul>
      </nav>
      <div>
        ${total === 0 ? html`<p class="hint">There are no messages in this folder.</p>` : renderList(visitor, mailbox)}
        ${isCut && html`<p class="hint">Older messages of this folder are not listed.</p>`}
        ${renderPager(base, mailbox)}
      </div>
    </div>`;
  return renderPage({ name: 'mailbox', title, main, worksWithoutScript: true }, visitor);
}

function renderList({ base }: Visitor, { messages, folder }: MailboxPage): Html {
  return html`<table class="messages">
    <thead>
      <tr>
        <th scope="col">From</th>
        <th scope="col">Subject</th>
        <th scope="col">Date</th>
        <th scope="col" class="number">Size</th>
      </tr>
    </thead>
    <tbody>
      ${messages.map((message) => renderRow(base, folder, message))}
    </tbody>
  </table>`;
}

function renderRow(base: string, folder: string, message: ListedMessage): Html {
  const { name, isUnread, deliveredAt, size, head } = message;
  const { from, subject } = head ?? { from: '', subject: '(unreadable)' };
  return html`<tr ${isUnread && html`class="unread"`}>
    <td class="from">${from || '(unknown)'}</td>
    <td class="subject">
      <a href="${base}/message?${messageQuery(folder, name)}">${subject || '(no subject)'}</a
      >${isUnread && html` <span class="chip">Unread</span>`}
    </td>
    <td class="date">${renderTime(deliveredAt)}</td>
    <td class="number">${renderSize(size)}</td>
  </tr>`;
}

function renderPager(base: string, { folder, page, pages, total }: MailboxPage): Content {
  if (total <= PAGE_SIZE) return undefined;
  const link = (to: number, text: string) =>
    to >= 1 && to <= pages && html`<a href="${base}/${folderQuery(folder, to)}">${text}</a>`;
  return html`<nav class="pager" aria-label="Pages">
    ${link(page - 1, 'Newer')}
    <span>Page ${page} of ${pages}, ${total} messages</span>
    ${link(page + 1, 'Older')}
  </nav>`;
}

function folderQuery(folder: string, page = 1): string {
  const query = new URLSearchParams({
    ...(folder === '' ? {} : { folder }),
    ...(page === 1 ? {} : { page: String(page) }),
  });
  return query.size === 0 ? '' : `?${query.toString()}`;
}

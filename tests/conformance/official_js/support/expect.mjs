import assert from 'node:assert/strict';
import { within } from './deadline.mjs';

/** The call must fail with one of these HTTP statuses and, if given, the service's code in the body. */
export async function refused(promise, status, code) {
  let error;
  try {
    await within(promise, 'a refusal');
  } catch (caught) {
    error = caught;
  }
  assert.ok(error, `expected a refusal with ${status}/${code}, but the call succeeded`);
  assert.ok([status].flat().includes(error.status), `wrong refusal: ${error.status} ${error.message} ${JSON.stringify(error.body)}`);
  if (code !== undefined) assert.equal(error.body?.code ?? error.code, code, JSON.stringify(error.body));
  return error;
}

/** `count` numbers from `first` on. */
export const numbers = (count, first = 0) => Array.from({ length: count }, (_, i) => first + i);

/** All items of an official paginator, following nextPage(). */
export async function everyPage(page) {
  const items = [...page.items];
  while (page.hasNextPage) {
    const next = await within(page.nextPage(), 'the next page');
    // A paginator that stands still never lets a timer run: it must be caught here.
    assert.notEqual(next.items[0], page.items[0], 'the next page is the same page');
    page = next;
    items.push(...page.items);
  }
  return items;
}

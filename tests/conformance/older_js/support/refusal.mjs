// How the clients say that the service refused something.
import assert from 'node:assert/strict';
import { within } from '../../official_js/support/deadline.mjs';

/**
 * The call must fail with one of these HTTP statuses. A client of the session generation has it as `code` where it
 * posted a command, the others as `status`; what Conversations 1 does not find in its own list is just not found.
 */
export async function refusedBy({ version }, promise, status) {
  const error = await within(promise, 'a refusal').then(() => undefined, (reason) => reason);
  assert.ok(error, `${version}: expected a refusal with ${status}, but the call succeeded`);
  const said = [error.status, error.code, /^Conversation with .* is not found/.test(error.message) ? 404 : undefined];
  assert.ok([status].flat().some((wanted) => said.includes(wanted)),
    `${version}: wrong refusal: ${said} ${error.message} ${JSON.stringify(error.body)}`);
  return error;
}

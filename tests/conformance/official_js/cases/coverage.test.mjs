// Every name of the coverage list has a case.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { COVERAGE } from '../support/coverage.mjs';
import { REFUSED } from '../support/refused_tokens.mjs';

const here = new URL('.', import.meta.url);
const groups = readdirSync(here).filter((name) => name.endsWith('.test.mjs'));
const named = groups.flatMap((name) =>
  // `name: variant` is a case of the name.
  [...readFileSync(new URL(name, here), 'utf8').matchAll(/\btest\(\s*['`](\w+)(?=['`:])/g)].map(([, found]) => found));
const present = new Set([...named, ...REFUSED.map(([name]) => `connect_${name}`)]);

describe('coverage', () => {
  for (const [part, names] of Object.entries(COVERAGE))
    it(`of ${part}`, () => assert.deepEqual(names.filter((name) => !present.has(name)), []));

  it('finds cases and misses what is none', () => {
    assert.ok(present.size > 150);
    assert.ok(!present.has('no_such_case'));
  });
});

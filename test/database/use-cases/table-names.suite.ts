import { beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import slugify from 'slugify';
import { textsOf } from '../../../lambdas/database/transforms/sql.ts';
import { entityTable, objectTable } from '../../../lambdas/database/transforms/table-name.ts';
import { anyText } from '../../support/any-text.ts';
import type { World } from './world.ts';

export function tableNamesSuite(given: () => World): void {
  let world: World;
  beforeAll(() => {
    world = given();
  });

  test.each([
    ['BattleCard__c', 'battlecard_c'],
    ['_x', 'x'],
    ['x_', 'x'],
    ['a___b', 'a_b'],
    ['Battle-Card', 'battlecard'],
    ['R&D', 'randd'],
    ['Q1 - Deals', 'q1_deals'],
    ['Société', 'societe'],
    ['100% Club', '100percent_club'],
    ['Contacts (EU)', 'contacts_eu'],
    ['x ', 'x'],
    ['日本', ''],
    ['__', ''],
  ])('%j is %j', (name, slug) => {
    expect(entityTable(name)).toBe(`entity_${slug}`);
    expect(objectTable('salesforce', name)).toBe(`salesforce_${slug}`);
  });

  test('of a column its texts are read, whatever else is in it', () => {
    expect(textsOf([{ a: 'x' }, { a: null }, {}, { a: 7 }, { a: '' }], 'a')).toStrictEqual(['x', '']);
  });

  test("10,000 names give the package's slugs, cut as PostgreSQL cuts them", async () => {
    const name = fc.oneof(
      anyText({ maxLength: 90, size: 'max' }),
      fc.string({ maxLength: 90, size: 'max' }),
      fc.stringMatching(/^[A-Za-z0-9_]{1,90}$/, { size: 'max' }),
      fc
        .array(fc.constantFrom('_', '__', ' - ', '&', 'é', 'ß', 'Ω', '%', 'Battle', 'c', '€', '😀', '-'))
        .map((parts) => parts.join('')),
    );
    const names = fc.sample(name, { numRuns: 10_000 });
    const expected = names.map(
      (each) => `entity_${slugify.default(each, { replacement: '_', lower: true, strict: true })}`,
    );
    const cut = await world.rows(
      'select name::name::text as name from unnest($1::text[]) with ordinality as names (name, n) order by n',
      [expected],
    );
    expect(names.map(entityTable)).toEqual(cut.map((row) => row['name']));
    expect(expected.filter((each) => Buffer.byteLength(each) > 63).length).toBeGreaterThan(100);
  });
}

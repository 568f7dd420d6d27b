// The address of the page holds its whole state, and nothing in an address does harm.
import { expect, test } from '@jest/globals';
import {
  atOtherWeights,
  atStep,
  atTask,
  DEFAULT_STATE,
  fromHash,
  type PageState,
  toHash,
} from '../../demo/src/state/page_state.js';
import { clickCell, heatMap, ready, usePage } from './page.js';

const openPage = usePage();
const hash = (address: string) => new URL(address).hash.slice(1);

test('every field goes into the address and back', () => {
  const state: PageState = {
    task: 'names',
    input: 'zoe',
    step: 3,
    cell: { step: 2, unit: 95 },
    playing: true,
    training: 'paused',
    seed: 12,
    pace: 'full',
    backward: true,
    speed: 4,
    theme: 'dark',
  };
  expect(toHash(state)).toBe(
    'task=names&input=zoe&step=3&cell=2.95&play=1&train=paused&seed=12&pace=full&backward=1&speed=4&theme=dark',
  );
  expect(fromHash(toHash(state))).toEqual(state);
  expect(toHash(DEFAULT_STATE)).toBe('');
  expect(fromHash('')).toEqual(DEFAULT_STATE);
});

test('nonsense in the address is left at its default', () => {
  const nonsense =
    '#task=__proto__&step=-1&cell=a.b&speed=3&theme=pink&play=yes&train=1&seed=0&pace=9&backward=no&more=1';
  expect(fromHash(nonsense)).toEqual(DEFAULT_STATE);
  expect(fromHash('#step=1e9&cell=1.2.3')).toEqual(DEFAULT_STATE);
});

test('an open cell comes along with the step', () => {
  const state = { ...DEFAULT_STATE, cell: { step: 9, unit: 4 } };
  expect(atStep(state, 5).cell).toEqual({ step: 5, unit: 4 });
  expect(atStep(state, 0)).toMatchObject({ step: 0, cell: { step: 1, unit: 4 } });
});

test('another task ends the training; other weights begin one', () => {
  const state: PageState = { ...DEFAULT_STATE, training: 'running', seed: 3, pace: '25', backward: true };
  expect(atTask(state, 'digits')).toEqual({ ...DEFAULT_STATE, task: 'digits', pace: '25', backward: true });
  expect(atTask(state, 'sunspots')).toBe(state);
  expect(atOtherWeights(state)).toEqual({ ...state, seed: 4 });
  expect(atOtherWeights(DEFAULT_STATE)).toEqual({ ...DEFAULT_STATE, training: 'paused', seed: 2 });
  expect(fromHash(`#${toHash(atOtherWeights({ ...state, seed: 999 }))}`).seed).toBe(1);
});

test('a copied address opens the same picture', async () => {
  let address = '';
  let picture = '';
  let words: string | null = '';
  const all = async (page: Parameters<typeof heatMap>[0]) => page.locator('aside').textContent();
  await openPage('task=digits', async (page) => {
    await page.getByRole('button', { name: 'Example 41,' }).click();
    await ready(page, 'digits 41');
    await page.getByRole('slider', { name: 'Step' }).fill('6');
    await clickCell(page, 4, 17, 8, 48);
    await page.mouse.move(2, 2);
    await page.waitForTimeout(500);
    address = page.url();
    [picture, words] = [await heatMap(page), await all(page)];
  });
  expect(hash(address)).toBe('task=digits&input=41&step=6&cell=4.17');
  await openPage(hash(address), async (page) => {
    expect(await all(page)).toBe(words);
    expect(await heatMap(page)).toBe(picture);
  });
});

test('back goes to the task before', async () => {
  await openPage('input=1957', async (page) => {
    await page.getByRole('button', { name: 'Names' }).click();
    await ready(page, 'names');
    await page.goBack();
    await ready(page, 'sunspots 1957 24');
  });
});

test('addresses far outside open the nearest that makes sense', async () => {
  for (const [address, shown] of [
    ['input=99999&step=999999&cell=999.999', 'sunspots 2009 24'],
    ['input=NaN', 'sunspots 1998 24'],
    ['task=digits&input=-5', 'digits 0 8'],
    ['task=names&input=%3Cb%3E123', 'names b 2'],
    ['task=names&input=123', 'names katharine 10'],
  ]) {
    await openPage(address!, async (page) => ready(page, shown));
  }
});

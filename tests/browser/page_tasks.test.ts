// Each task of the page: it loads in silence, fills step by step, and its cells add up.
import { expect, test } from '@jest/globals';
import { clickCell, heatMap, openedCell, ready, usePage } from './page.js';

const openPage = usePage();
const shapes = {
  sunspots: { steps: 24, units: 12, features: 1 },
  digits: { steps: 8, units: 48, features: 8 },
  names: { steps: 10, units: 96, features: 16 },
  parity: { steps: 16, units: 8, features: 1 },
  echo: { steps: 24, units: 12, features: 1 },
  sine: { steps: 64, units: 16, features: 1 },
};

for (const [task, { steps, units, features }] of Object.entries(shapes)) {
  test(`${task}: loads, and a step changes the picture`, async () => {
    await openPage(`task=${task}&step=2`, async (page) => {
      await ready(page, task);
      const pictures = [await heatMap(page)];
      for (const name of ['One step on', 'One step on', 'One step back', 'To the start', 'To the end']) {
        await page.getByRole('button', { name }).click();
        pictures.push(await heatMap(page));
      }
      const [two, three, four, back, start, end] = pictures;
      expect(back).toBe(three);
      expect(new Set([two, three, four, start, end]).size).toBe(5);
      await ready(page, task);
      expect(await page.locator('.place').textContent()).toContain(`step ${steps} of ${steps}`);
    });
  });

  test(`${task}: the terms of a cell add up to its state`, async () => {
    await openPage(`task=${task}`, async (page) => {
      for (const [step, unit] of [
        [1, 0],
        [2, units - 1],
        [steps, 5],
      ]) {
        await clickCell(page, step!, unit!, steps, units);
        expect(await page.locator('.cell h2').textContent()).toContain(`Unit ${unit} at step ${step}`);
        const { state, sum, products } = await openedCell(page);
        expect(products).toHaveLength(features + units + 1);
        expect(products.reduce((total, product) => total + product, 0)).toBeCloseTo(sum, 5);
        expect(Math.abs(Math.tanh(sum) - state)).toBeLessThan(1e-5);
        const sizes = products.map(Math.abs);
        expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
      }
    });
  });
}

test('play fills the picture and stops at the end', async () => {
  await openPage('task=digits', async (page) => {
    await page.getByRole('button', { name: 'Play' }).click();
    await page.waitForFunction(() => Number(document.documentElement.dataset.ready?.split(' ')[2]) < 8);
    await page.waitForFunction(() => Number(document.documentElement.dataset.ready?.split(' ')[2]) > 0);
    await page.getByRole('button', { name: 'Pause' }).click();
    const place = await page.locator('.place').textContent();
    await page.waitForTimeout(600);
    expect(await page.locator('.place').textContent()).toBe(place);
    await page.getByLabel('Speed').selectOption('4');
    await page.getByRole('button', { name: 'Play' }).click();
    await ready(page, 'digits 23 8');
    await page.getByRole('button', { name: 'Play' }).waitFor();
  });
});

test('the answers are in the words of the task', async () => {
  await openPage('', async (page) => {
    expect(await page.locator('.reading').textContent()).toMatch(/Forecast for 1998\s*44\.6\s*measured 64\.3/);
    await page.getByLabel('Year to forecast').first().fill('2009');
    await page.keyboard.press('Enter');
    await ready(page, 'sunspots 2009');
    expect(await page.locator('.reading').textContent()).toMatch(/Forecast for 2009\s*10\.9\s*not in this series/);
    await page.getByRole('button', { name: 'Digits' }).click();
    await ready(page, 'digits 23');
    expect(await page.locator('.reading').textContent()).toMatch(/3 ✓ right/);
    await page.getByRole('button', { name: 'Example 539' }).click();
    await ready(page, 'digits 539');
    expect(await page.locator('.reading').textContent()).toMatch(/2 ✗ wrong/);
    await page.getByRole('button', { name: 'Names' }).click();
    await ready(page, 'names katharine');
    await page.getByLabel('A name, a to z').fill('Zoë!');
    await ready(page, 'names zoe 4');
    expect(await page.locator('.reading').textContent()).toContain('After “zoe” most likely');
    await page.getByRole('button', { name: 'Parity' }).click();
    await ready(page, 'parity 1011001110001011');
    await page.getByLabel('Bits, 0 and 1').fill('1101x1');
    await ready(page, 'parity 11011 5');
    expect(await page.locator('.reading').textContent()).toMatch(/number of ones is\s*even ✓ right/);
    await page.getByRole('button', { name: 'Echo' }).click();
    await ready(page, 'echo 1');
    const [, said, came] = /says(\S+?)at step 21 came (\S+)$/.exec((await page.locator('.reading').textContent())!)!;
    expect(Math.abs(Number(said!.replace('−', '-')) - Number(came!.replace('−', '-')))).toBeLessThan(0.1);
    await page.getByRole('button', { name: 'Sine' }).click();
    await ready(page, 'sine 1');
    expect(await page.locator('.reading').textContent()).toMatch(/After step 64, the next value/);
  });
});

test('hover shows the number of a cell, the table shows the same', async () => {
  await openPage('', async (page) => {
    const canvas = page.locator('.heat-map canvas');
    const { width, height } = (await canvas.boundingBox())!;
    await canvas.hover({ position: { x: width - 10, y: height / 24 } });
    const shown = await page.locator('.tooltip').textContent();
    await page.getByText('The same numbers as a table').click();
    const cell = page.locator('.numbers tbody tr').last().locator('td').nth(2);
    expect(shown).toBe(`unit 0, step 24 (1997): ${await cell.textContent()}`);
  });
});

test('the Keras code of the model is there to copy', async () => {
  await openPage('task=names', async (page) => {
    expect(await page.locator('.code code').textContent()).toContain(
      [
        '    keras.Input((None,), dtype="int32"),',
        '    layers.Embedding(29, 16, mask_zero=True),',
        '    layers.SimpleRNN(96, return_sequences=True),',
        '    layers.Dropout(0.2),',
        '    layers.Dense(29, activation="softmax"),',
      ].join('\n'),
    );
    await page.getByRole('button', { name: 'Copy the Keras code' }).click();
    await page.getByText(/Copied|Selected/).waitFor();
  });
});

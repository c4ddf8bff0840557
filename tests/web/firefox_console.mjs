// The console in Firefox, over WebDriver BiDi: signs in, opens a template, types, and waits for the picture and a video.
// Arguments: puppeteer's module, Firefox's path, the service's address, a key, a template's id.
const [, , puppeteer, executablePath, url, key, template] = process.argv;
const { default: driver } = await import(puppeteer);

const browser = await driver.launch({ browser: "firefox", executablePath, headless: true, protocolTimeout: 480_000 });
const faults = [];
try {
  const page = await browser.newPage();
  page.setDefaultTimeout(480_000);
  page.on("pageerror", (error) => faults.push(error.message));
  await page.goto(url);
  await page.waitForSelector("input[type=password]");
  await page.type("input[type=password]", key);
  await page.keyboard.press("Enter");
  await page.waitForSelector(".tile");
  await page.goto(`${url}/#/templates/${template}`);
  await page.waitForSelector(".frame img");
  const before = await page.$eval(".frame img", (image) => image.src);
  await page.click('[data-layer="Headline"] textarea');
  await page.keyboard.type(" in Firefox");
  await page.waitForFunction((src) => document.querySelector(".frame img").src !== src, {}, before);
  await page.$eval(".editor-head .primary", (button) => button.click());
  await page.waitForSelector(".done video");
  console.log(JSON.stringify({ faults, heading: await page.$eval("h1", (one) => one.innerText) }));
} finally {
  await browser.close();
}

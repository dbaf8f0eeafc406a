// Every piece of visible text with less contrast than WCAG 2 AA asks for, how many were looked at, and how bright the paper is.
(() => {
  const parsed = (colour) => {
    const [red, green, blue, alpha = 1] = colour.match(/[\d.]+/g).map(Number);
    return { red, green, blue, alpha };
  };
  const over = (top, below) => {
    const mix = (channel) => top[channel] * top.alpha + below[channel] * (1 - top.alpha);
    return { red: mix("red"), green: mix("green"), blue: mix("blue"), alpha: 1 };
  };
  const white = { red: 255, green: 255, blue: 255, alpha: 1 };
  const ground = (element) =>
    element ? over(parsed(getComputedStyle(element).backgroundColor), ground(element.parentElement)) : white;
  const brightness = ({ red, green, blue }) => {
    const linear = (value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);
    return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
  };
  const opacity = (element) => (element ? Number(getComputedStyle(element).opacity) * opacity(element.parentElement) : 1);
  const tooFaint = [];
  let lookedAt = 0;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (!node.data.trim() || !element.checkVisibility({ contentVisibilityAuto: true })) continue;
    const style = getComputedStyle(element);
    const paper = ground(element.closest("svg") ?? element);
    const ink = parsed(element.closest("svg") ? style.fill : style.color);
    const seen = over({ ...ink, alpha: ink.alpha * opacity(element) }, paper);
    const [light, dark] = [brightness(seen), brightness(paper)].sort((one, other) => other - one);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    const contrast = (light + 0.05) / (dark + 0.05);
    lookedAt += 1;
    if (contrast < (large ? 3 : 4.5)) tooFaint.push(`${contrast.toFixed(2)} ${element.className.baseVal ?? element.className}: ${node.data.slice(0, 40)}`);
  }
  return { looked_at: lookedAt, too_faint: [...new Set(tooFaint)].slice(0, 20), paper: brightness(ground(document.body)) };
})()

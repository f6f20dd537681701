// What the user types where an answer is wrong: the digits are kept, for the net to learn from.

import { answered } from "./answer.js";
import { $, element } from "./dom.js";
import { keepAsOwn } from "./server.js";

const TEN = "0123456789";

function correct() {
  if (!$("correction").hidden) return close();
  const { digits, text } = answered.answer;
  const isRowOfTen = (row) => digits.filter((digit) => digit.row === row).length === TEN.length;
  $("correction").hidden = false;
  $("truth").value = text.replaceAll("\n", " / ");
  $("in-rows").hidden = !digits.every(({ row }) => isRowOfTen(row));
  $("truth").focus();
}

function close() {
  $("correction").hidden = true;
  $("wrong").focus();
}

function fillRows() {
  $("truth").value = Array.from({ length: answered.answer.digits.length / TEN.length }, () => TEN).join(" / ");
  $("truth").focus();
}

async function keep(event) {
  event.preventDefault();
  const { file, mayTurn, answer } = answered;
  const { kept, error } = await keepAsOwn(file, answer.image, $("truth").value, mayTurn);
  if ($("correction").hidden) return; // another answer is shown by now
  if (error) {
    $("done").textContent = error;
    return;
  }
  close();
  const link = Object.assign(element("a", "", "Learn from them"), { href: "#hand" });
  $("done").replaceChildren(`${kept} kept. `, link);
}

$("wrong").addEventListener("click", correct);
$("in-rows").addEventListener("click", fillRows);
$("correction").addEventListener("submit", keep);
$("correction").addEventListener("keydown", ({ key }) => key === "Escape" && close());

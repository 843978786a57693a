// Package exposed asks a site for files that were never meant for its visitors: the
// history of its source, its passwords, copies of its database, the insides of its
// programs. It asks for a fixed list of at most MaxRows addresses and changes nothing.
//
//	six made-up names ─▶ the table, worst first ─▶ a made-up name once more
//	(the baseline)        │                         (still let in?)
//	                      ▼
//	         answer ─▶ judge ─▶ control ─▶ Hit
//
// A status proves nothing: many sites answer 200 to everything. A row of the table is
// found when all of this holds:
//
//   - the answer is 200 or 206 and has the content that only such a file has;
//   - nothing that the site answers to made-up names has that content, neither one of
//     the six asked before nor one in the same folder with the same extension;
//   - the answer is not one of those to made-up names in other words.
//
// What is shown of a file is the part that the signature itself names, never a value.
//
// robots.txt is a wish, not a permission, and an audit honours it where the owner
// has proven nothing: what it disallows is left out and counted. Two groups are asked
// for in any case: VCS and Secrets. Nobody publishes these on purpose, everybody who
// looks for a way in asks for them first, and to leave them out would let the one line
// "Disallow: /" hide the worst there is from the report.
package exposed

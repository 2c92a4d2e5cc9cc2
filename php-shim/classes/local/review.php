<?php
// This file is part of Moodle - https://moodle.org/
//
// Moodle is free software: you can redistribute it and/or modify
// it under the terms of the GNU General Public License as published by
// the Free Software Foundation, either version 3 of the License, or
// (at your option) any later version.
//
// Moodle is distributed in the hope that it will be useful,
// but WITHOUT ANY WARRANTY; without even the implied warranty of
// MERCHANTABILITY or FITNESS FOR A PARTICULAR PURPOSE.  See the
// GNU General Public License for more details.
//
// You should have received a copy of the GNU General Public License
// along with Moodle.  If not, see <https://www.gnu.org/licenses/>.

namespace mod_lticontainer\local;

use mod_lticontainer\local\exception\overtaken;

/**
 * What a save would change, before it is done.
 *
 * The reader confirms the review that was shown: where what Moodle keeps, or what the service makes, has changed since
 * then, its fingerprint is another one, and it is shown anew.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
final class review {
    /**
     * Constructor.
     */
    public function __construct(
        /** @var revision[] One for each activity. */
        public readonly array $revisions,
    ) {
    }

    /**
     * Returns what stands for exactly these changes.
     *
     * @return string Hexadecimal digits.
     */
    public function fingerprint(): string {
        $told = fn(revision $one) => [$one->activity->id, $one->activity->text, $one->text];
        return hash('sha256', json_encode(array_map($told, $this->revisions), JSON_INVALID_UTF8_SUBSTITUTE));
    }

    /**
     * Tells whether there is something to save, and nothing wrong.
     *
     * @return bool
     */
    public function may_be_saved(): bool {
        $any = fn(string $method) => (bool) array_filter($this->revisions, fn(revision $one) => $one->$method());
        return !$any('has_errors') && $any('has_changes');
    }

    /**
     * Writes the new texts into Moodle, all or none.
     *
     * @return bool False where somebody else has changed one of them meanwhile.
     */
    public function save(): bool {
        global $DB;
        $changed = array_filter($this->revisions, fn(revision $one) => $one->has_changes());
        // All go the same way through the rows, so that no two wait for each other.
        usort($changed, fn(revision $one, revision $other) => $one->activity->id <=> $other->activity->id);
        $transaction = $DB->start_delegated_transaction();
        try {
            array_map(self::write(...), $changed);
            $transaction->allow_commit();
        } catch (overtaken $fault) {
            try {
                $transaction->rollback($fault);
            } catch (overtaken) {
                return false;
            }
        }
        array_map(self::tell_moodle(...), $changed);
        return true;
    }

    /**
     * Writes a new text over the one that the reader has seen, within a transaction.
     *
     * @param revision $revision What is to be saved.
     * @throws overtaken Moodle keeps another text by now.
     */
    private static function write(revision $revision): void {
        global $DB;
        if (stored_text::hold($revision->activity->id) !== $revision->activity->text) {
            throw new overtaken();
        }
        $DB->set_field('lti', 'instructorcustomparameters', $revision->text, ['id' => $revision->activity->id]);
    }

    /**
     * Has Moodle's caches made anew, and its observers told.
     *
     * @param revision $revision What was saved.
     */
    private static function tell_moodle(revision $revision): void {
        $activity = $revision->activity;
        \course_modinfo::purge_course_module_cache($activity->courseid, $activity->cmid);
        rebuild_course_cache($activity->courseid, false, true);
        $cm = get_coursemodule_from_id('lti', $activity->cmid, $activity->courseid, false, MUST_EXIST);
        \core\event\course_module_updated::create_from_cm($cm)->trigger();
    }
}

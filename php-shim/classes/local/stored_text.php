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

use Closure;

/**
 * The custom parameters of an LTI activity in Moodle's table, which teachers, cron and observers may write at the same moment.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
final class stored_text {
    /**
     * Returns the text of an activity, and keeps everybody else from writing it until the transaction ends.
     *
     * The first statement is a write: it waits for whoever else writes this row, and holds it. So what is read after it is
     * what would be written over, on every database.
     *
     * @param int $ltiid Id of the LTI activity.
     * @return string Custom parameters.
     */
    public static function hold(int $ltiid): string {
        global $DB;
        $DB->set_field('lti', 'timemodified', time(), ['id' => $ltiid]);
        return (string) $DB->get_field('lti', 'instructorcustomparameters', ['id' => $ltiid]);
    }

    /**
     * Changes the text of an activity as it is at this moment.
     *
     * @param int $ltiid Id of the LTI activity.
     * @param Closure $change Takes the text, and returns the new one.
     * @return bool Whether it is another one.
     */
    public static function change(int $ltiid, Closure $change): bool {
        global $DB;
        $transaction = $DB->start_delegated_transaction();
        $before = self::hold($ltiid);
        $after = $change($before);
        if ($after !== $before) {
            $DB->set_field('lti', 'instructorcustomparameters', $after, ['id' => $ltiid]);
        }
        $transaction->allow_commit();
        return $after !== $before;
    }
}

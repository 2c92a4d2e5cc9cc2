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

namespace mod_lticontainer\task;

use core\task\adhoc_task;
use core\task\manager;

/**
 * A task that is tried until it is done, and that comes after whatever asks for it.
 *
 * Moodle itself gives up after twelve failures, which is a day and a half; then, and while one runs, it takes no other of
 * the same kind.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
abstract class lasting_task extends adhoc_task {
    /** @var int As many attempts are left at any time. */
    private const ATTEMPTS = 12;

    /** @var int Longest pause between two attempts, in seconds. */
    private const PAUSE = HOURSECS;

    /**
     * Has it done once, however often it is asked for meanwhile. One that runs already has read what it needs, so it does
     * not count; one that waits is replaced, and so has failed as little as a new one.
     *
     * @param array $data What is to be done.
     * @param int|null $at When, unless one waits that comes earlier; null: now.
     */
    final protected static function put(array $data, ?int $at = null): void {
        global $DB;
        $task = new static();
        $task->set_component('mod_lticontainer');
        $task->set_custom_data($data);
        $waiting = self::waiting($task);
        $task->set_next_run_time(min([$at ?? time() - 1, ...$waiting]));
        // In this order: there is one at any time.
        manager::queue_adhoc_task($task);
        $DB->delete_records_list('task_adhoc', 'id', array_keys($waiting));
    }

    /**
     * Finds those that wait.
     *
     * @param self $task One like it.
     * @return int[] When they are due, by their ids.
     */
    private static function waiting(self $task): array {
        global $DB;
        $data = $task->get_custom_data_as_string();
        $where = 'classname = ? AND timestarted IS NULL AND ';
        $where .= $DB->sql_compare_text('customdata', \core_text::strlen($data) + 1) . ' = ?';
        $class = manager::get_canonical_class_name($task);
        return array_map('intval', $DB->get_records_select_menu('task_adhoc', $where, [$class, $data], '', 'id, nextruntime'));
    }

    /**
     * Returns how many attempts are left. Moodle asks since 4.4.
     *
     * @return int
     */
    public function get_attempts_available(): int {
        return self::ATTEMPTS;
    }

    /**
     * Returns the last pause. Moodle makes the next one twice as long.
     *
     * @return int Seconds.
     */
    public function get_fail_delay() {
        return min((int) parent::get_fail_delay(), intdiv(self::PAUSE, 2));
    }
}

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

/**
 * How an instance is restored.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

use mod_lticontainer\local\host_mapping;
use mod_lticontainer\local\instance;

/**
 * How an instance is restored.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class restore_lticontainer_activity_structure_step extends restore_activity_structure_step {
    #[\Override]
    protected function define_structure() {
        return $this->prepare_activity_structure([new restore_path_element('lticontainer', '/activity/lticontainer')]);
    }

    /**
     * Restores an instance.
     *
     * @param array $data What the backup holds.
     */
    protected function process_lticontainer($data) {
        global $DB;
        $data = (object) $data;
        $data->course = $this->get_courseid();
        // A backup of 1.6.3 may hold what ours never do.
        unset($data->docker_pass, $data->api_token, $data->rpc_token);
        $data->docker_host = $data->docker_user = $data->docker_pass = '';
        $data->host = preg_match(host_mapping::NAME, (string) ($data->host ?? '')) ? $data->host : '';
        $this->apply_activity_instance($DB->insert_record('lticontainer', $data));
    }

    #[\Override]
    protected function after_execute() {
        $this->add_related_files('mod_lticontainer', 'intro', null);
    }

    /**
     * Hides the same activities as before, once all of them have their new ids: those that were restored with it and, back
     * in the course that it comes from, those that are still there.
     */
    protected function after_restore() {
        global $DB;
        $id = $this->task->get_activityid();
        $old = instance::ids((string) $DB->get_field('lticontainer', 'no_display_lti', ['id' => $id]));
        $mapped = array_map(fn(int $one) => (int) $this->get_mappingid('lti', $one), $old);
        $hidden = array_unique([...array_filter($mapped), ...$this->still_there($old)]);
        $DB->set_field('lticontainer', 'no_display_lti', instance::hidden_list($hidden), ['id' => $id]);
    }

    /**
     * Finds the activities that the instance has hidden before, and can hide again. In other courses, and on other sites,
     * ids that were not restored with it are those of other activities.
     *
     * @param int[] $ids Ids of LTI activities.
     * @return int[]
     */
    private function still_there(array $ids): array {
        global $DB;
        $course = (int) $this->get_courseid();
        if (!$ids || !$this->task->is_samesite() || (int) $this->task->get_info()->original_course_id !== $course) {
            return [];
        }
        [$in, $values] = $DB->get_in_or_equal($ids);
        $found = $DB->get_fieldset_select('lti', 'id', "id $in AND course = ?", [...$values, $course]);
        return array_map('intval', $found);
    }
}
